package courier

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/outbox"
	"gongzhi/internal/text"
)

// due is until when, or the zero time.
func (l letter) due() time.Time {
	if l.Due == 0 || l.Due == docket.Never {
		return time.Time{}
	}
	return time.UnixMicro(l.Due)
}

// robot posts to a chat group. Both chats stop a robot that posts more than 20 times a minute, so what gathers meanwhile
// goes as one digest.
type robot struct {
	Robot
	client *http.Client
	clock  clock.Clock
}

const (
	digest  = 50   // letters in one post
	longest = 4000 // bytes of text; WeCom takes 4,096
)

func (r *robot) once() (int, time.Duration) { return digest, r.every() }

// The answers of the two chats that no other try would change: no such robot, a wrong signature.
var final = map[string][]int{wecom: {93000, 40058}, dingtalk: {310000, 300001, 300005}}

func (r *robot) carry(ctx context.Context, list []letter) error {
	words := r.words(list)
	address, body := r.URL, any(map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": words}})
	if r.Kind == dingtalk {
		body = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": list[0].words[text.ZH], "text": words}}
		if r.Secret != "" {
			var err error
			if address, err = r.signed(); err != nil {
				return err
			}
		}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := post(ctx, r.client, address, raw, http.Header{})
	if err != nil {
		return err
	}
	// Both answer 200 whatever they think of it.
	var said struct {
		Code *int   `json:"errcode"`
		Why  string `json:"errmsg"`
	}
	if err := json.Unmarshal(answer, &said); err != nil || said.Code == nil {
		return fmt.Errorf("courier: %s: an answer that is none of a robot's", r.Kind)
	}
	if *said.Code == 0 {
		return nil
	}
	err = fmt.Errorf("courier: %s: %d %s", r.Kind, *said.Code, said.Why)
	if slices.Contains(final[r.Kind], *said.Code) {
		return &outbox.Permanent{Err: err}
	}
	return err
}

// signed is the address with the instant and its signature, as DingTalk wants them: HMAC-SHA-256 of the milliseconds, a
// line feed and the secret, under the secret.
func (r *robot) signed() (string, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return "", &outbox.Permanent{Err: fmt.Errorf("courier: %s: the address cannot be used", r.Name)}
	}
	at := strconv.FormatInt(r.clock.Now().UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", at)
	q.Set("sign", sign(r.Secret, at+"\n"+r.Secret))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// words is one line for each letter, as many as fit, and how many more there are. The same matter is named once.
func (r *robot) words(list []letter) string {
	var b strings.Builder
	seen := map[string]bool{}
	left := 0
	for _, l := range list {
		line := "- [" + strings.NewReplacer("[", "［", "]", "］", "\n", " ").Replace(l.words[text.ZH]) + "](" + l.link + ")\n"
		switch {
		case seen[line]:
		case b.Len()+len(line) > longest:
			left++
		default:
			seen[line] = true
			b.WriteString(line)
		}
	}
	if left > 0 {
		fmt.Fprintf(&b, "- +%d", left)
	}
	return b.String()
}
