package store

import "strings"

// token is a word, a literal or a sign of SQL. Words are in lower case; text literals keep no content, because no
// rule looks inside them.
type token struct {
	kind byte // 'w' word, 's' string, 'n' number, 'p' placeholder, 'o' sign
	text string
}

func (t token) is(text string) bool { return (t.kind == 'w' || t.kind == 'o') && t.text == text }

// lex splits SQL into tokens and drops comments. It is not a parser: it knows just enough to tell a word from a
// literal, so that the rules of CheckQueries are not fooled by a name inside a string.
func lex(sql string) []token {
	var out []token
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case strings.HasPrefix(sql[i:], "--"):
			i = skipTo(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = skipTo(sql, i, "*/")
		case c == '\'':
			i = skipQuoted(sql, i, '\'')
			out = append(out, token{'s', ""})
		case c == '"':
			end := skipQuoted(sql, i, '"')
			out = append(out, token{'w', strings.Trim(sql[i:end], `"`)})
			i = end
		case c == '$' || c == '?':
			end := i + 1
			for end < len(sql) && sql[end] >= '0' && sql[end] <= '9' {
				end++
			}
			out = append(out, token{'p', sql[i:end]})
			i = end
		case isWord(c):
			end := i
			for end < len(sql) && isWord(sql[end]) {
				end++
			}
			kind := byte('w')
			if c >= '0' && c <= '9' {
				kind = 'n'
			}
			out = append(out, token{kind, strings.ToLower(sql[i:end])})
			i = end
		default:
			n := 1
			for _, sign := range [...]string{"->>", "->", "<=", ">=", "<>", "!=", "==", "||", "::"} {
				if strings.HasPrefix(sql[i:], sign) {
					n = len(sign)
					break
				}
			}
			out = append(out, token{'o', sql[i : i+n]})
			i += n
		}
	}
	return out
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func skipTo(s string, from int, end string) int {
	if n := strings.Index(s[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(s)
}

// skipQuoted gives the index after the closing quote; a doubled quote is part of the content.
func skipQuoted(s string, from int, quote byte) int {
	for i := from + 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}
