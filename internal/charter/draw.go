package charter

import (
	"gongzhi/internal/method"
	"gongzhi/internal/text"
)

func (c *Charter) Draw(m *method.Method, l text.Lang) string { return "" }
