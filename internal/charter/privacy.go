package charter

import (
	"maps"
	"slices"

	"gongzhi/internal/text"
)

// Privacy is privacy.yaml: what personal information is read for.
type Privacy struct {
	Officer  text.Text          `yaml:"officer,omitempty"` // who answers for it, and how to reach them
	Purposes map[string]Purpose `yaml:"purposes"`          // the dictionary from which whoever opens something sealed chooses
}

// Purpose is what something sealed may be opened for.
type Purpose struct {
	Name  text.Text `yaml:"name"`
	Basis string    `yaml:"basis"` // the law it rests on
}

// PurposeKeys lists the purposes in a fixed order.
func (p Privacy) PurposeKeys() []string { return slices.Sorted(maps.Keys(p.Purposes)) }

const privacyFile = "privacy.yaml"

// privacy reads privacy.yaml. A charter whose roles open sealed values must say what for.
func (l *loader) privacy() {
	n, ok := l.parse(privacyFile)
	if ok {
		l.faults(n.Decode(&l.c.Privacy))
		for key, p := range l.c.Privacy.Purposes {
			l.words(p.Name, n, "purposes", key, "name")
			if p.Basis == "" {
				l.error(n.KeyAt("purposes", key), "privacy.basis", text.Args{"Key": key})
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.c.Roles)) {
		if l.c.Roles[key].Seals && len(l.c.Privacy.Purposes) == 0 {
			l.error(l.roleAt[key], "privacy.purposes", text.Args{"Role": key})
		}
	}
}
