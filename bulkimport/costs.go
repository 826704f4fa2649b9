package bulkimport

import "slices"

// What a word of a header costs that a field's name does not have, or the reverse, as a part of a score. Less than
// 0.16 in all leaves a column preselected, less than 0.36 suggested.
const (
	free     = 0.01 // says what is known anyway
	cheap    = 0.03
	slight   = 0.05
	some     = 0.08
	doubtful = 0.20 // to be looked at
	weak     = 0.28
	stranger = 0.33 // a word that is not known
	never    = 1.0
)

// reached reports whether a field is a way to reach the record: an address, a phone number, an e-mail address.
func (s *wanted) reached() bool {
	return s.about["email"] || s.about["phone"] || s.about["street"] || s.about["line"] || s.about["postalcode"] ||
		s.about["city"] || s.about["state"] || s.about["country"] || s.about["supplement"]
}

// located reports whether a field is part of a postal address.
func (s *wanted) located() bool { return s.reached() && !s.about["email"] && !s.about["phone"] }

func (s *wanted) named() bool { return s.about["name"] && !s.reached() && s.field.Kind == Text }

func (s *wanted) terms() bool { return s.about["term"] }

// restCost is what a word costs that only the header has. matched is how many words of the name it has.
func (m *matcher) restCost(s *wanted, t token, matched int) float64 {
	switch t.class {
	case numeral:
		if t.concept == "1" {
			return cheap
		}
		return never
	case soft:
		if t.concept == "legal" && s.named() || t.concept == "complete" && s.about["address"] {
			return doubtful
		}
		return free
	case billing:
		return s.billingCost()
	case mailing:
		if s.located() {
			return slight
		}
		return never
	case work:
		if s.reached() {
			return some
		}
		return never
	case other:
		if s.reached() {
			return weak
		}
		return never
	case entity:
		return m.entityCost(s, t)
	case idWord:
		return s.idCost(t)
	case part:
		return s.partCost(t)
	case foreign:
		if t.concept == "date" && s.field.Kind == Date || t.concept == "is" && s.field.Kind == Bool {
			return free
		}
		return never
	}
	if s.reached() || s.terms() || s.field.Kind == Currency || matched > 1 {
		return stranger
	}
	return never
}

func (s *wanted) billingCost() float64 {
	switch {
	case s.reached(), s.field.Kind == Currency, s.terms():
		return 0.02
	case s.named():
		return doubtful
	}
	return 0.5
}

// entityCost is what the noun of a record costs beside a field.
func (m *matcher) entityCost(s *wanted, t token) float64 {
	company := t.concept == "company" || t.concept == "customer" || t.concept == "account"
	switch {
	case s.toward != "" && t.concept == m.noun:
		return 0.12
	case s.toward != "":
		return weak
	case t.concept == "account" && s.about["state"]:
		return doubtful // the state that an account is in
	case t.concept == m.noun:
		return 0.02
	case m.relates(t.concept):
		if s.field.Kind == ID {
			return never
		}
		return 0.25
	case s.reached(), s.field.Kind == Currency, s.terms():
		return m.entityReached(t, company)
	case s.named():
		return m.entityNamed(t, company)
	case s.field.Kind == ID:
		if company {
			return slight
		}
		return 0.25
	case company:
		return some
	}
	return weak
}

// relates reports whether an entity is one that a field of the schema points at: it is that field's and not the
// record's own. Customers and companies are the same.
func (m *matcher) relates(concept string) bool {
	if concept == "company" || concept == "partner" {
		concept = "customer"
	}
	return slices.Contains(m.related, concept)
}

func (m *matcher) entityReached(t token, company bool) float64 {
	switch {
	case company, t.concept == "business":
		return 0.04
	case t.concept == "user", t.concept == "partner":
		return doubtful
	}
	return some
}

func (m *matcher) entityNamed(t token, company bool) float64 {
	if company || t.concept == "business" {
		return cheap
	}
	return doubtful
}

// idCost is what "code", "number" or "id" costs beside a field.
func (s *wanted) idCost(t token) float64 {
	switch {
	case s.field.Kind == ID:
		switch t.concept {
		case "external":
			return free
		case "internal":
			return some
		case "iso":
			return never
		}
		return cheap
	case s.about["phone"] && (t.concept == "number" || t.concept == "id"):
		return free
	case s.about["country"], s.about["state"], s.field.Kind == Currency:
		return 0.02
	case s.about["city"]:
		return doubtful
	case s.about["postalcode"], s.about["email"]:
		if t.concept == "code" || t.concept == "number" || t.concept == "id" {
			return cheap
		}
	case s.about["supplement"], s.terms():
		return doubtful
	}
	return never
}

// partCost is what a part of something costs beside a field: little if it is one that goes with the field.
func (s *wanted) partCost(t token) float64 {
	switch t.concept {
	case "address":
		switch {
		case s.about["phone"]:
			return 0.10
		case s.reached():
			return free
		}
	case "name":
		switch {
		case s.field.Kind == Currency:
			return doubtful
		case s.located() && !s.about["address"]:
			return 0.02
		}
	case "mobile":
		if s.about["phone"] {
			return 0.24
		}
	case "line":
		if s.about["line"] {
			return 0.02
		}
	case "estado":
		if s.about["state"] {
			return free
		}
	case "phone":
		if s.about["phone"] {
			return free
		}
	case "postal", "postalcode":
		if s.about["postalcode"] {
			return free
		}
	case "tradename", "designation":
		if s.named() {
			return 0.10
		}
	case "day", "due", "net", "payment", "term":
		if s.terms() {
			return 0.02
		}
	}
	return never
}

// lackCost is what a word costs that only the field's name has.
func (m *matcher) lackCost(s *wanted, t token) float64 {
	switch t.class {
	case soft:
		return 0.02
	case numeral:
		if t.concept == "1" {
			return 0.04
		}
	case billing, mailing:
		return slight
	case entity:
		if s.toward != "" {
			return never
		}
		if t.concept == m.noun {
			return slight
		}
		return 0.15
	case idWord:
		if s.field.Kind != ID {
			return slight
		}
		if t.concept == "external" {
			return slight
		}
	}
	switch {
	case t.concept == "address" && s.reached(), t.concept == "line" && s.about["line"], t.concept == "date":
		return 0.04
	case s.terms() && (t.concept == "day" || t.concept == "net"):
		return 0.04
	case s.terms() && t.concept == "payment":
		return doubtful
	}
	return never
}

// kin is what it costs that a header has one word where a field's name has another.
func (m *matcher) kin(s *wanted, want, has token) float64 {
	if want.class == idWord && has.class == idWord {
		return idKin(want.concept, has.concept)
	}
	if want.class == entity && has.class == entity && s.field.Kind == ID && s.toward != "" {
		if m.relates(has.concept) {
			return weak
		}
		return never
	}
	switch want.concept + "<" + has.concept {
	case "phone<mobile", "name<tradename":
		return 0.24
	case "postalcode<postal":
		return slight
	case "state<estado", "name<designation":
		return doubtful
	case "country<estado":
		return 0.30
	case "city<district":
		return 0.30
	case "payment<credit":
		return slight
	}
	return never
}

// idKin is what one kind of identifier costs in place of another.
func idKin(want, has string) float64 {
	for _, c := range []string{"external", "internal", "record", "iso"} {
		if want == c || has == c {
			return never
		}
	}
	switch {
	case want == "code":
		return never
	case has == "uuid":
		return 0.30
	}
	return free
}

// asidePart is what a part of something in parentheses costs: "Phone (mobile)" is not the phone.
func (s *wanted) asidePart(t token) float64 {
	switch t.concept {
	case "fax":
		return never
	case "mobile":
		if s.about["phone"] {
			return 0.24
		}
	case "supplement":
		if s.located() && !s.about["supplement"] {
			return never
		}
	}
	return free
}

// asideCost is what the words in parentheses cost: units are free, another address is not.
func (m *matcher) asideCost(s *wanted, h header) float64 {
	cost := 0.0
	for _, t := range h.aside {
		switch t.class {
		case foreign:
			switch t.concept {
			case "shipping", "card", "bank", "owner", "parent", "vendor", "lead", "amount":
				return never
			}
			cost += free
		case other:
			cost += weak
		case numeral:
			if t.concept != "1" && s.reached() {
				return never
			}
		case entity:
			if c := m.entityCost(s, t); c < never {
				cost += c
			}
		case part:
			cost += s.asidePart(t)
		}
	}
	return cost
}
