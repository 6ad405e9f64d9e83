package api

import (
	"net/http"

	"gongzhi/internal/fault"
)

// A submission's id is the Idempotency-Key: sent again, the same one gets the same answer, also after a crash of either
// side. It is the program that makes it, so that it can send again what it does not know to have arrived.

// The keys that the two bodies may have.
var (
	beginKeys  = []string{"method", "subject", "as", "made", "values"}
	submitKeys = []string{"step", "verb", "item", "as", "made", "values"}
)

// begin starts a matter.
func (a *API) begin(r *http.Request, c *caller) (answer, error) {
	b, err := a.body(r, beginKeys...)
	if err != nil {
		return answer{}, err
	}
	subject, err := row(b.subject)
	if err != nil {
		return answer{}, err
	}
	got, err := a.Desk.Begin(r.Context(), c.actor, b.method, subject, b.Submission)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, location: base + "/matters/" + matterID(got.Matter), body: receiptOf(got)}, nil
}

// submit gives a submission to a matter.
func (a *API) submit(r *http.Request, c *caller) (answer, error) {
	n, err := number(r)
	if err != nil {
		return answer{}, err
	}
	b, err := a.body(r, submitKeys...)
	if err != nil {
		return answer{}, err
	}
	got, err := a.Desk.Submit(r.Context(), c.actor, n, b.Submission)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, location: base + "/receipts/" + got.ID, body: receiptOf(got)}, nil
}

// body reads what was sent; addresses that are written to take no parameters.
func (a *API) body(r *http.Request, keys ...string) (body, error) {
	if _, err := query(r); err != nil {
		return body{}, err
	}
	if r.Header.Get("Idempotency-Key") == "" {
		return body{}, fault.Refuse(fault.Invalid, "api.no_key", fault.Basis{}, nil)
	}
	return read(r, keys...)
}
