// InfluxDB's own `influxd inspect export-lp`, alone.
package main

import (
	"fmt"
	"os"

	_ "firn/bench/go/libflux"

	"github.com/influxdata/influxdb/v2/cmd/influxd/inspect/export_lp"
	"github.com/spf13/viper"
)

func main() {
	command, err := export_lp.NewExportLineProtocolCommand(viper.New())
	if err == nil {
		err = command.Execute()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
