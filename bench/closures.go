package main

// byHand is the contestant that a programmer writes for one rule: what the shape of the data costs
// at the least, with none of the coercions that JSON Logic has.
const byHand = "closure"

func compareByHand(d map[string]any) any {
	a, _ := d["a"].(map[string]any)
	b, ok := a["b"].(float64)
	return ok && b == 1
}

func tierByHand(d map[string]any) any {
	event, _ := d["event"].(map[string]any)
	account, _ := d["account"].(map[string]any)
	quantity, _ := event["quantity"].(float64)
	region, _ := event["region"].(string)
	plan, _ := account["plan"].(string)
	if quantity >= 100 && (region == "us-east-1" || region == "us-west-2" || region == "eu-west-1") &&
		plan == "enterprise" {
		return "tier-" + plan + "-" + region
	}
	rate, _ := account["rate"].(float64)
	if quantity*rate > 50 {
		discount, _ := account["discount"].(float64)
		return quantity*rate + (10 - discount)
	}
	return "standard"
}

func totalByHand(d map[string]any) any {
	total := 0.0
	items, _ := d["items"].([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		if quantity, _ := m["qty"].(float64); quantity > 10 {
			price, _ := m["price"].(float64)
			total += quantity * price
		}
	}
	return total
}

func windowByHand(d map[string]any) any {
	event, _ := d["event"].(map[string]any)
	at, _ := event["timestamp"].(string)
	return at >= "2024-01-01T00:00:00Z" && at < "2025-01-01T00:00:00Z" && len(at) >= 4 && at[:4] != "2023"
}
