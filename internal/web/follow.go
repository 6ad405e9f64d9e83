package web

import (
	"context"
	"fmt"
	"net/http"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// followedShown is how many matters the page of a reader lists among those they follow.
const followedShown = 20

// follow has the reader told how a matter goes on; unfollow ends that. Who follows is shown to nobody but themselves.
func (s *Site) follow(r *http.Request, rd *reader) (page.Page, error) {
	return s.following(r, rd, s.Outbox.Follow)
}

func (s *Site) unfollow(r *http.Request, rd *reader) (page.Page, error) {
	return s.following(r, rd, s.Outbox.Unfollow)
}

func (s *Site) following(r *http.Request, rd *reader, set func(context.Context, *store.Tx, act.Matter, act.Person) error) (page.Page, error) {
	n, err := number(r, "n")
	if err != nil {
		return page.Page{}, err
	}
	// A private matter is to others as if it were not there.
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(_ context.Context, _ store.Q, st desk.Standing) error {
		if !mayFollow(st, rd) {
			return fault.Refuse(fault.Denied, "reports.follow_private", fault.Basis{Clause: st.Method.File() + "#start.private"}, nil)
		}
		return nil
	})
	if err != nil {
		return page.Page{}, err
	}
	err = s.Store.Write(r.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, act.Matter(n), rd.account.Person) })
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, fmt.Sprintf("/matters/%d", n))
}

// mayFollow tells whether the reader may be told of a matter wherever they are: of a private one only whoever began it. Those
// who handle it find it in their queue.
func mayFollow(st desk.Standing, rd *reader) bool {
	return !st.Run.Matter.Private || st.Run.Matter.Starter.Person == rd.account.Person
}

// followForm is the button on the page of a matter that is under way.
func (s *Site) followForm(ctx context.Context, q store.Q, st desk.Standing, rd *reader) ([]page.Block, error) {
	if !rd.signedIn() || st.Run.Closed || !mayFollow(st, rd) {
		return nil, nil
	}
	yes, err := s.Outbox.Follows(ctx, q, st.Run.Matter.Number, rd.account.Person)
	if err != nil {
		return nil, err
	}
	f := page.Form{Action: fmt.Sprintf("/matters/%d/follow", st.Row.Number), Submit: text.Key("reports.follow"), Lead: text.Key("reports.follow_lead"), Quiet: true}
	if yes {
		f.Action, f.Submit, f.Lead = fmt.Sprintf("/matters/%d/unfollow", st.Row.Number), text.Key("reports.unfollow"), text.Key("reports.following")
	}
	return []page.Block{f}, nil
}

// followed lists what the reader follows.
func (s *Site) followed(ctx context.Context, q store.Q, rd *reader) ([]page.Block, error) {
	list, err := s.Outbox.Followed(ctx, q, rd.account.Person, followedShown)
	if err != nil {
		return nil, err
	}
	var links []page.Link
	for _, n := range list {
		m, ok, err := s.Docket.Find(ctx, q, n)
		if err != nil {
			return nil, err
		}
		if ok {
			links = append(links, s.matterLink(m))
		}
	}
	if len(links) == 0 {
		return nil, nil
	}
	return []page.Block{page.Panel{Title: text.Key("reports.followed"), Blocks: []page.Block{page.Rows{List: links}}}}, nil
}
