// Package rostertest makes the roster of an invented compound as a community would have it: for tests and for the
// demonstration.
//
// Out: an .xlsx with a merged title, columns in no order, blank lines, areas in four spellings, full-width digits, a
// building whose cells are merged, co-owners, an owner of two flats, flats the builder has not sold; and, when asked,
// with the faults that such sheets have. Everything in it is invented and says so: nobody is called 演示, telephones
// begin with 1380000, and no division has the code 999999. The same call gives the same bytes.
package rostertest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// What the roster holds once it is right.
const (
	Rooms     = 170
	Buildings = 6
	Unsold    = 6
	Builder   = "演示置业有限公司"
	// TwoFlats owns 1-1-101 and 2-1-301 alone, and 3-1-301 with another: three rooms, two heads.
	TwoFlats = "王演示甲"
)

// Expect is a fault the sheet was given.
type Expect struct {
	Row int
	Key string // column of the import
	Got string // code of its words
}

// columns are the headers in the order of the sheet, and the keys of the import they stand for.
var columns = []struct{ header, key string }{
	{"序号", ""}, {"业主姓名", "owner"}, {"联系电话", "phone"}, {"楼 号", "building"}, {"单元", "unit"}, {"房号", "room"},
	{"建筑面积\n（㎡）", "area"}, {"面积依据", "area_source"}, {"身份证号码", "id_number"}, {"房屋状态", "state"},
	{"开发单位", "builder"}, {"备　注", "note"}, {"电费户号", ""},
}

// room is one line before it is written.
type room struct {
	building, unit, room string
	owner, id, phone     string
	area                 any
	source, state        string
	builder, note        string
}

const (
	surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
	stems    = "甲乙丙丁戊己庚辛壬癸"
)

// person is the n-th invented owner; 197 of them have different names.
func person(n int) (name, id, phone string) {
	s, t := []rune(surnames), []rune(stems)
	name = string(s[n%len(s)]) + "演示" + string(t[n/len(s)%len(t)])
	return name, idNumber(n), fmt.Sprintf("1380000%04d", n)
}

// idNumber is well-formed, checksum and all, of a division that does not exist.
func idNumber(n int) string {
	digits := fmt.Sprintf("999999%04d%02d%02d%03d", 1940+n%60, n%12+1, n%28+1, n%999+1)
	sum, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		sum += weight * int(digits[i]-'0')
		weight = weight * 2 % 11
	}
	return digits + string("10X98765432"[sum%11])
}

// rooms is the compound: four buildings of three staircases, one of two, and a row of two shops.
func rooms() []room {
	var all []room
	add := func(building, unit, no string, hundredths int) {
		n := len(all)
		name, id, phone := person(n)
		r := room{building: building, unit: unit, room: no, owner: name, id: id, phone: phone, source: "不动产登记簿", state: "已售"}
		switch area := fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100); n % 4 { // as four people would type it
		case 0:
			r.area = float64(hundredths) / 100
		case 1:
			r.area = area + "㎡"
		case 2:
			r.area = wide(area)
		default:
			r.area = area + " 平方米"
		}
		if n%9 == 4 {
			r.source = "测绘"
		}
		all = append(all, r)
	}
	for b := 1; b <= 5; b++ {
		staircases := 3
		if b == 5 {
			staircases = 2
		}
		for u := 1; u <= staircases; u++ {
			for floor := 1; floor <= 6; floor++ {
				for door := 1; door <= 2; door++ {
					add(spell(b, len(all)), fmt.Sprint(u), fmt.Sprintf("%d%02d", floor, door), 62_48+b*3_11+u*1_07+door*15_03)
				}
			}
		}
	}
	add("6号楼", "", "东铺", 118_00)
	add("6号楼", "", "西铺", 96_50)
	special(all)
	return all
}

// spell writes a building's number as different hands do.
func spell(b, n int) string {
	switch {
	case b == 2 && n%2 == 1:
		return fmt.Sprint(b, "栋")
	case b == 3:
		return wide(fmt.Sprint(b)) + "号楼"
	case b == 5:
		return fmt.Sprint(b, "#楼")
	}
	return fmt.Sprint(b, "号楼")
}

// special gives some rooms what makes a roll hard.
func special(all []room) {
	first, second := &all[0], &all[36+4] // 1-1-101, 2-1-301
	first.owner, first.id, first.phone = person(7)
	all[7].owner, all[7].id, all[7].phone = person(170)
	second.owner, second.id, second.phone = first.owner, first.id, first.phone
	together := &all[72+4] // 3-1-301: the same owner, with another
	name, id, phone := person(171)
	together.owner, together.id, together.phone = first.owner+"、"+name, first.id+"、"+id, first.phone+"/"+phone
	pair := &all[5]
	name, id, phone = person(172)
	pair.owner, pair.id, pair.phone = pair.owner+"，"+name, pair.id+"，"+id, pair.phone+"，"+phone
	all[10].unit, all[11].unit, all[12].unit = "一单元", "１单元", "2单元"
	all[20].room += "室"
	all[21].room = wide(all[21].room)
	all[22].id, all[22].note = "", "证件待补"                      // known by name and telephone
	all[23].id, all[23].phone, all[23].note = "", "", "户主长期在外" // by name alone
	all[24].owner, all[24].id, all[24].phone = "", "", ""
	all[24].note = "权属待查"
	for n := 144; n < 144+Unsold; n++ {
		all[n].owner, all[n].id, all[n].phone, all[n].source, all[n].state = Builder+"（开发商）", "", "", "合同", "未售"
	}
	for n := 150; n < 152; n++ {
		all[n].state, all[n].builder, all[n].source = "已售未交付", Builder, "合同"
	}
	all[168].owner, all[168].id, all[168].phone = "演示百货商店", "", ""
}

// wide writes digits and signs in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

// Write writes the roster, with faults or corrected, and gives the faults that were put in.
func Write(w io.Writer, faulty bool) (expect []Expect, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	const sheet = "业主名册"
	if err := x.SetSheetName("Sheet1", sheet); err != nil {
		return nil, err
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return nil, err
	}
	s := &writer{x: x, sheet: sheet}
	s.set(0, 1, "颍河路91号院房屋业主花名册（演示数据）")
	s.set(0, 2, "人名、电话、证件号码均为虚构　填表人：演示社区")
	for i, c := range columns {
		s.set(i, 4, c.header)
	}
	for n := 1; n <= 2; n++ {
		s.err = errors.Join(s.err, x.MergeCell(sheet, fmt.Sprint("A", n), fmt.Sprint(last, n)))
	}
	list := rooms()
	broken := map[int][]Expect{}
	if faulty {
		list, broken = breakSome(list)
	}
	row, merge := 5, 0
	for n, r := range list {
		if n > 0 && number(r.building) != number(list[n-1].building) {
			row++ // a blank line between buildings
		}
		if number(r.building) == '4' { // one building's cells are merged
			if merge == 0 {
				merge = row
			} else {
				r.building = ""
			}
		} else if merge > 0 {
			s.err = errors.Join(s.err, x.MergeCell(sheet, fmt.Sprint("D", merge), fmt.Sprint("D", row-2)))
			merge = 0
		}
		s.room(row, n+1, r)
		for _, e := range broken[n] {
			expect = append(expect, Expect{Row: row, Key: e.Key, Got: e.Got})
		}
		row++
	}
	s.set(0, row+1, fmt.Sprintf("合计：%d 套（演示数据）", Rooms))
	if s.err != nil {
		return nil, s.err
	}
	return expect, x.Write(w)
}

// number is a building's number as a plain digit.
func number(building string) rune {
	r, _ := utf8.DecodeRuneInString(building)
	if r >= '０' && r <= '９' {
		r = r - '０' + '0'
	}
	return r
}

// breakSome puts in the faults that such sheets have, each of a kind.
func breakSome(list []room) ([]room, map[int][]Expect) {
	out := append([]room{}, list...)
	broken := map[int][]Expect{}
	mark := func(n int, key, code string, change func(*room)) {
		change(&out[n])
		broken[n] = append(broken[n], Expect{Key: key, Got: code})
	}
	mark(30, "area", "register.value.area_not_a_number", func(r *room) { r.area = "待测" })
	mark(31, "area", "register.value.area_too_many_decimals", func(r *room) { r.area = "84.125" })
	mark(32, "area", "register.value.area_unknown_unit", func(r *room) { r.area = "0.12亩" })
	mark(40, "id_number", "register.value.id_checksum", func(r *room) { r.id = swapLast(r.id) })
	mark(41, "id_number", "register.value.id_old", func(r *room) { r.id = "999999490101001" })
	mark(42, "id_number", "register.value.id_rounded", func(r *room) { r.id = "9.99999194901011E+17" })
	mark(50, "phone", "register.value.phone", func(r *room) { r.phone = "1380000" })
	mark(60, "owner", "sheet.row.ditto", func(r *room) { r.owner, r.id, r.phone = "同上", "", "" })
	mark(61, "owner", "sheet.row.and_more", func(r *room) { r.owner, r.id, r.phone = r.owner+"等3人", "", "" })
	mark(62, "id_number", "sheet.row.counts_differ", func(r *room) { r.owner += "、郭演示甲" })
	mark(70, "state", "register.value.option", func(r *room) { r.state = "出租" })
	mark(145, "owner", "sheet.row.unsold_owner", func(r *room) { r.owner = "何演示甲" })
	out = append(out, out[100]) // the same room once more, at the foot
	broken[100] = append(broken[100], Expect{Key: "room", Got: "sheet.row.room_twice"})
	broken[len(out)-1] = append(broken[len(out)-1], Expect{Key: "room", Got: "sheet.row.room_twice"})
	return out, broken
}

// swapLast exchanges two neighbouring digits, as people do.
func swapLast(id string) string {
	b := []byte(id)
	for i := 15; i > 6; i-- {
		if b[i] != b[i-1] {
			b[i], b[i-1] = b[i-1], b[i]
			return string(b)
		}
	}
	return id[:17] + "?"
}

type writer struct {
	x     *excelize.File
	sheet string
	err   error
}

// set writes one cell; column counts from 0.
func (w *writer) set(column, row int, v any) {
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err == nil && v != "" {
		err = w.x.SetCellValue(w.sheet, at, v)
	}
	w.err = errors.Join(w.err, err)
}

func (w *writer) room(row, n int, r room) {
	for i, v := range []any{
		n, r.owner, r.phone, r.building, r.unit, r.room, r.area, r.source, r.id, r.state, r.builder, r.note, fmt.Sprintf("A%06d", n),
	} {
		w.set(i, row, v)
	}
}
