package register_test

import (
	"fmt"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/geo"
	"gongzhi/internal/register"
)

func TestAround(t *testing.T) {
	square := func(id string, west, east float64) register.Row {
		shape := fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%v,34.7],[%v,34.7],[%v,34.8],[%v,34.8],[%v,34.7]]]}`, west, east, east, west, west)
		return register.Row{ID: act.RowID{Register: "community", ID: id}, Values: map[string]any{"shape": shape}}
	}
	bare := register.Row{ID: act.RowID{Register: "community", ID: "bare"}, Values: map[string]any{}}
	west, east := square("west", 113.60, 113.61), square("east", 113.61, 113.62)
	at := func(lon int32) geo.Position { return geo.Position{Lon: lon * 1000, Lat: 347_500_000} }
	for _, tt := range []struct {
		rows  []register.Row
		lon   int32
		want  string
		whole bool
	}{
		{nil, 1_136_050, "", false},
		{[]register.Row{west, east}, 1_136_050, "west", true},
		{[]register.Row{west, east}, 1_136_150, "east", true},
		{[]register.Row{west, east}, 1_136_100, "west", true}, // the border is both's; the first has it
		{[]register.Row{west, east}, 1_136_201, "", true},
		{[]register.Row{west, bare}, 1_136_150, "", false},
		{[]register.Row{bare, east}, 1_136_150, "east", true},
	} {
		id, whole := register.Around(tt.rows, "shape", at(tt.lon))
		if id.ID != tt.want || whole != tt.whole {
			t.Errorf("%d rows at %d: %q, %v; want %q, %v", len(tt.rows), tt.lon, id.ID, whole, tt.want, tt.whole)
		}
	}
}
