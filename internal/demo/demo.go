// Package demo fills a house with made-up people and places, for trying.
//
// In: a house just opened. Out: the same house with compounds, one sign-in for each role and matters under way; all of
// it visibly fictitious and marked 演示数据. Filling a house that is filled already changes nothing.
package demo

import (
	"context"

	"gongzhi/internal/house"
	"gongzhi/internal/text"
)

// SignIn is a made-up person's way in; its password is made at the first start and is no secret.
type SignIn struct {
	Login, Password string
	Role            text.Text
}

// Result is what a newcomer needs to look around.
type Result struct{ SignIns []SignIn }

// Fill brings the demo's people, places and matters.
func Fill(ctx context.Context, h *house.House) (*Result, error) {
	return &Result{}, nil
}
