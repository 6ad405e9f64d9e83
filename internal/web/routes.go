package web

import (
	"net/http"

	"gongzhi/internal/page"
	"gongzhi/internal/web/ui"
)

// route is one address: its pattern, who may use it, what answers.
type route struct {
	pattern  string
	audience audience
	handle   func(*http.Request, *reader) (page.Page, error)
}

// routes is every address of the site. A test walks the list as every role.
func (s *Site) routes() []route {
	return []route{
		// Anyone, without signing in.
		{"GET /{$}", anyone, s.home},
		{"GET /matters", anyone, s.matters},
		{"GET /matters/{n}", anyone, s.matter},
		{"GET /matters/{n}/record", anyone, s.record},
		{"GET /matters/{n}/certificates/{step}/{visit}", anyone, s.certificatePage},
		{"GET /matters/{n}/certificates/{step}/{visit}/{file}", anyone, s.certificateFile},
		{"GET /matters/{n}/roll", anyone, s.roll},
		{"GET /places/{register}", anyone, s.placeList},
		{"GET /matters/{n}/papers", anyone, s.papersPublic},
		{"GET /matters/{n}/b/{part}", anyone, s.paperCode},
		{"GET /matters/{n}/documents/{document}", anyone, s.document},
		{"GET /matters/{n}/documents/{document}/docx", anyone, s.docx},
		{"GET /places/{register}/{id}", anyone, s.place},
		{"GET /places/{register}/{id}/board", anyone, s.board},
		{"GET /map/{method}", anyone, s.reportsMap},
		{"GET /layers/{register}", anyone, s.layer},
		{"GET /search", anyone, s.search},
		{"GET /methods", anyone, s.methods},
		{"GET /methods/{key}", anyone, s.method},
		{"GET /charter", anyone, s.charterPage},
		{"GET /charter/{file...}", anyone, s.charterFile},
		{"GET /charter/versions/{digest}", anyone, s.charterVersion},
		{"GET /files/{hash}", anyone, s.file},
		{"GET /receipts/{id}", anyone, s.receipt},
		{"GET /receipts/{id}/proof", anyone, s.proof},
		{"GET /check", anyone, s.checkReceipt},
		{"GET /begin/{method}", byMethod, s.beginForm}, // it says whether an account is needed
		{"POST /begin/{method}", byMethod, s.begin},
		{"GET /r/{code}", anyone, s.slip}, // whoever has the code
		{"POST /r", anyone, s.leaveSlip},
		{"GET /wall", anyone, s.wall},
		{"GET /figures/{set}", anyone, s.figuresPage},
		{"GET /figures/{set}/rows", anyone, s.figuresRows},
		{"GET /fan", anyone, s.fanPage},
		{"GET /api", anyone, s.apiReference},
		{"GET /feeds/notices.atom", anyone, s.noticesFeed},
		{"GET /feeds/meetings.ics", anyone, s.meetingsFeed},
		{"GET /calendars/{link}/duties.ics", anyone, s.dutiesFeed}, // whoever has the link
		{"GET /sitemap.xml", anyone, s.sitemap},
		{"GET /robots.txt", anyone, s.robots},
		{"GET /about", anyone, s.about},
		{"GET /log", anyone, s.logPage},
		{"GET /log/at", anyone, s.logAt},
		{"GET /log/poster", anyone, s.poster},
		{"GET /log/checkpoint", anyone, s.logCheckpoint},
		{"GET /log/bundle.zip", anyone, s.logBundle},
		{"GET /log/tile/{path...}", anyone, s.logTile},
		{"GET /log/act/{matter}/{seq}", anyone, s.logAct},
		{"GET /log/charter/{digest}", anyone, s.logCharter},
		{"POST /log/cosignatures", anyone, s.logCosign},
		{"GET /sign-in", anyone, s.signInPage},
		{"POST /sign-in", anyone, s.signIn},
		{"GET /code", anyone, s.codePage},
		{"POST /code", anyone, s.code},
		{"GET " + ui.Prefer, anyone, s.prefer},
		{"GET /styleguide", anyone, s.styleguide},

		// Whoever has an account; the method says who may do what.
		{"GET /sign-out", signedIn, s.signOutPage},
		{"POST /sign-out", signedIn, s.signOut},
		{"GET /me", signedIn, s.me},
		{"GET /receipts/{id}/opening", signedIn, s.opening},
		{"GET /field", signedIn, s.fieldPage},
		{"GET /me/access", signedIn, s.lookedAtMe},
		{"GET /me/service", signedIn, s.servicePage},
		{"GET /me/service/certificate", signedIn, s.serviceCertificate},
		{"GET /me/data", signedIn, s.myData},
		{"GET /me/data.json", signedIn, s.myDataFile},
		{"POST /matters/{n}/follow", signedIn, s.follow},
		{"POST /matters/{n}/unfollow", signedIn, s.unfollow},
		{"GET /me/calendar", signedIn, s.myCalendar},
		{"POST /me/calendar", signedIn, s.calendarSet},
		{"GET /me/notifications", signedIn, s.notifications},
		{"POST /me/notifications", signedIn, s.seeNotifications},
		{"GET /me/notifications/settings", signedIn, s.notifyForm},
		{"POST /me/notifications/settings", signedIn, s.notifySave},
		{"GET /me/password", signedIn, s.passwordPage},
		{"POST /me/password", signedIn, s.passwordSave},
		{"GET /me/second-factor", signedIn, s.secondPage},
		{"POST /me/second-factor", signedIn, s.secondSave},

		// Whoever is asked: with an account, or with the code of their receipt.
		{"GET /matters/{n}/do/{verb}", known, s.ask},
		{"POST /matters/{n}/do/{verb}", known, s.answer},

		// The desk.
		{"GET /desk", atDesk, s.queue},
		{"POST /desk/together", atDesk, s.together},
		{"GET /desk/notices", atDesk, s.notices},
		{"GET /desk/meetings", atDesk, s.meetings},
		{"GET /desk/settings", atDesk, s.settings},
		{"GET /desk/calendar", atDesk, s.calendarPage},
		{"GET /desk/ledger", atDesk, s.houseBook},
		{"GET /desk/matters", atDesk, s.deskMatters},
		{"GET /desk/matters/{n}", atDesk, s.deskMatter},
		{"GET /desk/matters/{n}/doors", atDesk, s.doors},
		{"GET /desk/matters/{n}/sealed", sealers, s.sealedMatter},
		{"POST /desk/matters/{n}/sealed", sealers, s.sealedMatter},
		{"GET /desk/matters/{n}/cover/{hash}", sealers, s.coverPage},
		{"POST /desk/matters/{n}/cover/{hash}", sealers, s.cover},
		{"GET /desk/matters/{n}/papers", atDesk, s.papersPage},
		{"GET /desk/matters/{n}/print", atDesk, s.printed},
		{"GET /desk/matters/{n}/delivery", atDesk, s.delivery},
		{"GET /desk/matters/{n}/erase", sealers, s.erasePage},
		{"POST /desk/matters/{n}/erase", sealers, s.erase},
		{"GET /desk/matters/{n}/move", atDesk, s.movePage},
		{"POST /desk/matters/{n}/move", atDesk, s.move},
		{"GET /desk/begin", atDesk, s.beginChoice},
		{"GET /desk/begin/{method}", atDesk, s.beginForm},
		{"POST /desk/begin/{method}", atDesk, s.begin},
		{"GET /desk/search", atDesk, s.deskSearch},
		{"GET /desk/plans", atDesk, s.plansPage},
		{"GET /desk/registers", atDesk, s.registerList},
		{"GET /desk/registers/{register}", atDesk, s.register},
		{"GET /desk/registers/{register}/new", atDesk, s.rowNew},
		{"POST /desk/registers/{register}/new", atDesk, s.rowAdd},
		{"GET /desk/registers/{register}/export.xlsx", atDesk, s.exportExcel},
		{"GET /desk/registers/{register}/export.csv", atDesk, s.exportCSV},
		{"GET /desk/duplicates/{register}", atDesk, s.twins},
		{"GET /desk/duplicates/{register}/{id}/{other}", atDesk, s.twin},
		{"POST /desk/duplicates/{register}/{id}/{other}", atDesk, s.twinDecide},
		{"GET /desk/changes/{change}", atDesk, s.change},
		{"POST /desk/changes/{change}/undo", atDesk, s.undo},
		{"GET /desk/registers/{register}/{id}", atDesk, s.registerRow},
		{"GET /desk/registers/{register}/{id}/sealed", sealers, s.sealedRow},
		{"POST /desk/registers/{register}/{id}/sealed", sealers, s.sealedRow},
		{"GET /desk/registers/{register}/{id}/erase", sealers, s.eraseRowPage},
		{"POST /desk/registers/{register}/{id}/erase", sealers, s.eraseRow},
		{"GET /desk/registers/{register}/{id}/change", atDesk, s.rowEdit},
		{"POST /desk/registers/{register}/{id}/change", atDesk, s.rowChange},
		{"GET /desk/import", atDesk, s.importChoice},
		{"GET /desk/imports/{kind}/{source}", atDesk, s.importPage},
		{"POST /desk/imports/{kind}/{source}", atDesk, s.importUpload},
		{"GET /desk/imports/{kind}/{source}/template", atDesk, s.importTemplate},
		{"GET /desk/imports/{kind}/{source}/{hash}", atDesk, s.importPreview},
		{"POST /desk/imports/{kind}/{source}/{hash}", atDesk, s.importConfirm},
		{"GET /desk/imports/{kind}/{source}/{hash}/corrected", atDesk, s.importCorrected},
		{"GET /desk/work", atDesk, s.workPage},

		// Who read what was sealed.
		{"GET /desk/access", auditors, s.lookedAt},

		// Accounts and codes.
		{"GET /desk/people", admins, s.peopleList},
		{"GET /desk/people/new", admins, s.accountNew},
		{"POST /desk/people/new", admins, s.accountAdd},
		{"GET /desk/people/{person}", admins, s.accountPage},
		{"GET /desk/people/{person}/{do}", admins, s.accountForm},
		{"POST /desk/people/{person}/{do}", admins, s.accountDo},
		{"GET /desk/messages", admins, s.messages},
		{"POST /desk/messages", admins, s.retryMessages},
		{"GET /desk/keys", admins, s.keysPage},
		{"POST /desk/keys", admins, s.issueKey},
		{"POST /desk/keys/recall", admins, s.recallKey},
		{"GET /desk/codes", admins, s.codesPage},
		{"POST /desk/codes", admins, s.issueCodes},
		{"GET /desk/codes/{id}", admins, s.codesIssued},
	}
}
