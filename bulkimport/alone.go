package bulkimport

// alone scores headers that name a record and no field of it, such as "Customer" or "Firma", or only that something
// is an identifier, such as "No.": they may be meant, and are to be looked at.
func (m *matcher) alone(s *wanted, ts []token) (float64, Reason) {
	var entities, ids []token
	cost := 0.0
	for _, t := range ts {
		switch t.class {
		case entity:
			entities = append(entities, t)
		case idWord:
			ids = append(ids, t)
		case soft:
		case billing:
			if !s.named() {
				return 0, Reason{}
			}
			cost = 0.10
		default:
			return 0, Reason{}
		}
	}
	switch {
	case len(entities) == 1 && len(ids) == 0:
		score, why := m.aloneEntity(s, entities[0])
		return score - cost, why
	case len(ids) > 0 && len(entities) == 0 && s.field.Key && s.field.Kind == ID && !contains(ids, "iso"):
		return 0.72, Reason{Code: "identifier"}
	}
	return 0, Reason{}
}

func (m *matcher) aloneEntity(s *wanted, t token) (float64, Reason) {
	score := 0.0
	switch company := t.concept == "company" || t.concept == "customer" || t.concept == "account"; {
	case s.toward != "" && t.concept == s.toward:
		score = 0.74
	case s.toward != "":
	case s.named() && t.concept == "company" && !m.relates(t.concept):
		score = 0.83
	case s.named() && t.concept == m.noun:
		score = 0.795
	case s.named() && company:
		score = 0.66
	case s.field.Key && s.field.Kind == ID && company:
		score = 0.62
	}
	if score == 0 {
		return 0, Reason{}
	}
	return score, Reason{Code: "record"}
}
