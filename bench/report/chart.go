package report

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"mydocker/bench/trial"
)

// The chart's measures, in pixels.
const (
	width     = 760
	labels    = 210 // what the names take
	values    = 110 // what the figures behind the bars take
	top       = 56
	line      = 30
	thickness = 18
)

// style gives the colours, for paper and for the dark.
const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.note { font-size: 11px; fill: #656d76 }
.bar { fill: #9aa4b0 } .own { fill: #1a7f64 } .floor { fill: #cfd6dd }
.late { stroke: #656d76; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .note { fill: #8d96a0 }
.bar { fill: #6e7985 } .own { fill: #2fb38f } .floor { fill: #424a53 } .late { stroke: #8d96a0 }
}
</style>
`

// Chart draws a row: one bar for each median, with a line to the 95th
// percentile. Where there is nothing to compare it gives nothing.
func Chart(result trial.Result) []byte {
	var shown []trial.Series
	longest := 0.0
	for _, series := range result.Series {
		if len(series.Values) > 0 {
			shown = append(shown, series)
			longest = max(longest, series.P95())
		}
	}
	if len(shown) < 2 || longest == 0 {
		return nil
	}
	var svg bytes.Buffer
	height := top + line*len(shown) + 12
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&svg, "<title>%s</title>\n%s", plain(result.Title), style)
	fmt.Fprintf(&svg, `<text class="title" x="0" y="18">%s</text>`+"\n", plain(result.Title))
	fmt.Fprintf(&svg, `<text class="note" x="0" y="38">%s, median and (thin line) 95th percentile; shorter is better</text>`+"\n", html.EscapeString(result.Unit))
	for i, series := range shown {
		drawSeries(&svg, series, result.Unit, top+i*line, (width-labels-values)/longest)
	}
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}

func drawSeries(svg *bytes.Buffer, series trial.Series, unit string, y int, scale float64) {
	median, p95 := series.Median()*scale, series.P95()*scale
	middle := y + thickness/2
	fmt.Fprintf(svg, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", labels-10, middle+4, plain(series.Name))
	fmt.Fprintf(svg, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class(series.Name), labels, y, max(median, 1), thickness)
	fmt.Fprintf(svg, `<line class="late" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`+"\n", labels+median, labels+p95, middle, middle)
	fmt.Fprintf(svg, `<text x="%.1f" y="%d">%s</text>`+"\n", labels+max(median, p95)+8, middle+4, number(series.Median(), unit))
}

// class tells mydocker and the floors from the peers.
func class(name string) string {
	switch {
	case strings.HasPrefix(name, "mydocker"):
		return "own"
	case strings.HasPrefix(name, "unshare"), strings.HasPrefix(name, "clone"), strings.HasPrefix(name, "tar"):
		return "floor"
	}
	return "bar"
}

func plain(markdown string) string {
	return html.EscapeString(strings.ReplaceAll(markdown, "`", ""))
}
