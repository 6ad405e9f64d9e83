package api

import (
	"net/http"
	"slices"

	"gongzhi/internal/fault"
)

// route is one address: its pattern, who may use it, what answers, and what its description says of it.
type route struct {
	pattern  string
	audience audience
	handle   func(*http.Request, *caller) (answer, error)
	operation
}

// routes is every address of the door. A test walks the list as everybody.
func (a *API) routes() []route {
	return []route{
		{"GET " + base + "/matters", anyone, a.matters, operation{id: "listMatters", query: listKeys, gives: list{}}},
		{"POST " + base + "/matters", tokenHolder, a.begin, operation{id: "beginMatter", takes: beginKeys, gives: receipt{}}},
		{"GET " + base + "/matters/{n}", anyone, a.matter, operation{id: "readMatter", gives: standing{}}},
		{"GET " + base + "/matters/{n}/acts", anyone, a.acts, operation{id: "listActs", query: actKeys, gives: record{}}},
		{"POST " + base + "/matters/{n}/submissions", tokenHolder, a.submit, operation{id: "submit", takes: submitKeys, gives: receipt{}}},
		{"GET " + base + "/receipts/{id}", anyone, a.receipt, operation{id: "readReceipt", gives: receipt{}}},
		{"GET " + base + "/registers", anyone, a.registers, operation{id: "listRegisters", gives: registerList{}}},
		{"GET " + base + "/registers/{register}", anyone, a.registerSchema, operation{id: "readRegister", gives: map[string]any{}}},
		{"GET " + base + "/registers/{register}/rows", tokenHolder, a.rows, operation{id: "listRows", query: append(slices.Clone(rowKeys), "filter"), gives: rowList{}}},
		{"POST " + base + "/registers/{register}/rows", tokenHolder, a.addRow, operation{id: "addRow", takes: addRowKeys, gives: rowShape{}}},
		{"GET " + base + "/registers/{register}/rows/{row}", tokenHolder, a.row, operation{id: "readRow", query: []string{"on"}, gives: rowShape{}}},
		{"POST " + base + "/registers/{register}/rows/{row}", tokenHolder, a.changeRow, operation{id: "changeRow", takes: changeRowKeys, gives: rowShape{}}},
		{"GET " + base + "/openapi.json", anyone, a.document, operation{id: "readDescription", gives: map[string]any{}}},
	}
}

// audience is who may use a route. There is no default: the zero value admits nobody.
type audience int

const (
	anyone      audience = iota + 1
	tokenHolder          // brings a token that is good; the method says what its person may do
)

func (au audience) admits(c *caller) error {
	switch au {
	case anyone:
		return nil
	case tokenHolder:
		if c.actor.Person != "" {
			return nil
		}
	}
	return fault.Refuse(fault.SignIn, "api.token", fault.Basis{}, nil)
}

// Patterns are the addresses of the door, as package http writes them: a test of the whole house asks each as everybody.
func Patterns() []string {
	var out []string
	for _, rt := range (&API{}).routes() {
		out = append(out, rt.pattern)
	}
	return out
}
