package rows

import (
	"fmt"
	"slices"
	"strings"

	"mydocker/bench/trial"
)

// All gives every row, in the order of the tables.
func All(s *Stage) []trial.Row {
	var rows []trial.Row
	for _, row := range []func(*Stage) trial.Row{
		runRow, runNetworkRow, detachRow, execRow, removeRow, networkCreateRow, networkRemoveRow,
		listRow, crowdRow, memoryRow, lastRow, throughputRow, importRow, sizeRow, startRow,
	} {
		rows = append(rows, row(s))
	}
	return rows
}

// Select gives the rows of these keys, all when there are none.
func Select(all []trial.Row, keys []string) ([]trial.Row, error) {
	if len(keys) == 0 {
		return all, nil
	}
	var chosen []trial.Row
	for _, key := range keys {
		i := slices.IndexFunc(all, func(row trial.Row) bool { return row.Key == key })
		if i < 0 {
			return nil, fmt.Errorf("choosing row %q: there is none; the rows are %s", key, Keys(all))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// Keys lists the rows' keys, for people.
func Keys(all []trial.Row) string {
	keys := make([]string, len(all))
	for i, row := range all {
		keys[i] = row.Key
	}
	return strings.Join(keys, " ")
}
