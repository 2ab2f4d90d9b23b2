// loki runs a real Grafana Loki, all of its parts in one process, for tests. Arguments are Loki's own; it ends when stdin closes.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	// Loki wants this before everything that speaks gRPC.
	_ "google.golang.org/grpc/encoding/proto"

	"github.com/grafana/loki/v3/pkg/loki"
	lokiruntime "github.com/grafana/loki/v3/pkg/runtime"
	"github.com/grafana/loki/v3/pkg/util/cfg"
	lokilog "github.com/grafana/loki/v3/pkg/util/log"
	"github.com/grafana/loki/v3/pkg/validation"
	"github.com/prometheus/client_golang/prometheus"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "loki:", err)
		os.Exit(1)
	}
}

func main() {
	var config loki.ConfigWrapper
	check(cfg.DynamicUnmarshal(&config, os.Args[1:], flag.CommandLine))
	config.LimitsConfig.SetGlobalOTLPConfig(config.Distributor.OTLPConfig)
	validation.SetDefaultLimitsForYAMLUnmarshalling(config.LimitsConfig)
	lokiruntime.SetDefaultLimitsForYAMLUnmarshalling(config.OperationalConfig)
	config.Server.Log = lokilog.InitLogger(&config.Server, prometheus.DefaultRegisterer, false)
	check(config.Validate())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	server, err := loki.New(config.Config)
	check(err)
	check(server.Run(loki.RunOpts{StartTime: time.Now()}))
}
