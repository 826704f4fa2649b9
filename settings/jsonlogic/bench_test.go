package jsonlogic

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const enrichRule = `{"if":[
	{"and":[{">=":[{"var":"event.quantity"},100]},{"in":[{"var":"event.region"},["us-east-1","us-west-2","eu-west-1"]]},{"==":[{"var":"account.plan"},"enterprise"]}]},
	{"cat":["tier-",{"var":"account.plan"},"-",{"var":"event.region"}]},
	{">":[{"*":[{"var":"event.quantity"},{"var":"account.rate"}]},50]},
	{"+":[{"*":[{"var":"event.quantity"},{"var":"account.rate"}]},{"-":[10,{"var":"account.discount"}]}]},
	"standard"]}`

// workload is a rule, the same written by hand over the same data, and the data.
type workload struct {
	name string
	rule string
	data func() map[string]any
	hand func(map[string]any) any
}

func event(plan string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{
			"event":   map[string]any{"quantity": 120.0, "region": "us-west-2", "timestamp": "2024-06-15T10:00:00Z"},
			"account": map[string]any{"plan": plan, "rate": 1.5, "discount": 2.0},
		}
	}
}

func hundredItems() map[string]any {
	items := make([]any, 100)
	for i := range items {
		items[i] = map[string]any{"qty": float64(i), "price": float64(i) + 0.5, "sku": fmt.Sprint("sku-", i)}
	}
	return map[string]any{"items": items}
}

func workloads() []workload {
	return []workload{
		{"compare", `{"==":[{"var":"a.b"},1]}`, func() map[string]any { return map[string]any{"a": map[string]any{"b": 1.0}} },
			func(d map[string]any) any {
				a, _ := d["a"].(map[string]any)
				b, ok := a["b"].(float64)
				return ok && b == 1
			}},
		{"enrichText", enrichRule, event("enterprise"), enrichByHand},
		{"enrichNumber", enrichRule, event("pro"), enrichByHand},
		{"reduce100", `{"reduce":[{"map":[{"filter":[{"var":"items"},{">":[{"var":"qty"},10]}]},{"*":[{"var":"qty"},{"var":"price"}]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`,
			hundredItems, func(d map[string]any) any {
				sum := 0.0
				items, _ := d["items"].([]any)
				for _, it := range items {
					m, _ := it.(map[string]any)
					if q, _ := m["qty"].(float64); q > 10 {
						p, _ := m["price"].(float64)
						sum += q * p
					}
				}
				return sum
			}},
		{"dates", `{"and":[{">=":[{"var":"event.timestamp"},"2024-01-01T00:00:00Z"]},{"<":[{"var":"event.timestamp"},"2025-01-01T00:00:00Z"]},{"!=":[{"substr":[{"var":"event.timestamp"},0,4]},"2023"]}]}`,
			event("pro"), func(d map[string]any) any {
				e, _ := d["event"].(map[string]any)
				t, _ := e["timestamp"].(string)
				return t >= "2024-01-01T00:00:00Z" && t < "2025-01-01T00:00:00Z" && t[:4] != "2023"
			}},
	}
}

func enrichByHand(d map[string]any) any {
	e, _ := d["event"].(map[string]any)
	a, _ := d["account"].(map[string]any)
	q, _ := e["quantity"].(float64)
	region, _ := e["region"].(string)
	plan, _ := a["plan"].(string)
	if q >= 100 && (region == "us-east-1" || region == "us-west-2" || region == "eu-west-1") && plan == "enterprise" {
		return "tier-" + plan + "-" + region
	}
	rate, _ := a["rate"].(float64)
	if q*rate > 50 {
		discount, _ := a["discount"].(float64)
		return q*rate + (10 - discount)
	}
	return "standard"
}

// TestWorkloadsAgree makes sure that what is timed gives one answer.
func TestWorkloadsAgree(t *testing.T) {
	for _, w := range workloads() {
		want := canonical(w.hand(w.data()))
		for _, n := range []Numbers{Decimal, Float64} {
			got, err := compiled(t, w.rule, Options{Numbers: n}).NewMachine().Eval(t.Context(), w.data())
			require.NoError(t, err)
			require.Equal(t, want, canonical(got), w.name)
		}
	}
}

func compiled(t testing.TB, rule string, o Options) *Rule {
	t.Helper()
	r, err := Compile([]byte(rule), o)
	require.NoError(t, err)
	return r
}

var sink any

func BenchmarkEval(b *testing.B) {
	ctx := context.Background()
	for _, w := range workloads() {
		data := w.data()
		b.Run(w.name+"/hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = w.hand(data)
			}
		})
		for name, n := range map[string]Numbers{"float": Float64, "decimal": Decimal} {
			rule := compiled(b, w.rule, Options{Lenient: true, Numbers: n})
			b.Run(w.name+"/machine/"+name, func(b *testing.B) {
				b.ReportAllocs()
				s := rule.NewMachine()
				for b.Loop() {
					sink, _ = s.Eval(ctx, data)
				}
			})
			b.Run(w.name+"/eval/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sink, _ = rule.Eval(ctx, data)
				}
			})
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile([]byte(enrichRule), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
