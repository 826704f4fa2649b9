package priceplan_test

import (
	"fmt"
	"log"
	"time"

	"github.com/admincenter/admincenter/admin/priceplan"
)

func ExampleCycle_Next() {
	cycle, err := priceplan.NewCycle(priceplan.Quarterly, priceplan.Last, 2)
	if err != nil {
		log.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2027, 12, 1, 9, 0, 0, 0, berlin)
	for range 3 {
		at = cycle.Next(at, berlin)
		fmt.Println(at)
	}
	// Output:
	// 2028-02-29 00:00:00 +0100 CET
	// 2028-05-31 00:00:00 +0200 CEST
	// 2028-08-31 00:00:00 +0200 CEST
}
