package enrich

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// Attributes are exact decimals by name. In JSON they are texts, as in Togai's API; numbers are read as well.
type Attributes map[string]json.Number

// MarshalJSON writes each number as a text.
func (a Attributes) MarshalJSON() ([]byte, error) {
	texts := make(map[string]string, len(a))
	for name, n := range a {
		texts[name] = n.String()
	}
	return json.Marshal(texts)
}

// Event is what an Enricher needs of a usage event.
type Event struct {
	// Account and Customer are for whom dependencies are resolved, as in [settings.Path].
	Account  string `json:"accountId,omitempty"`
	Customer string `json:"customerId,omitempty"`
	// Time is when it happened, which rules read with the operator now. If it is zero, that is the instant of the
	// enrichment by the Runtime of the Service.
	Time time.Time `json:"timestamp,omitzero"`
	// Attributes are digits with at most one point, or with a small exponent.
	Attributes Attributes        `json:"attributes,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// Enriched is an event with what its enrichment adds.
type Enriched struct {
	// Attributes and Dimensions are those of the event and of the fields. Attributes are plain digits with at
	// most one point, every digit that was given or computed.
	Attributes Attributes        `json:"attributes,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	// Dependencies are the settings that were found, in the order of the enrichment: they explain the result
	// later. Events share the slice: do not change it.
	Dependencies []Used `json:"dependencies,omitempty"`
	// Version is that of the Enrichment, 0 for one that was never put.
	Version int64 `json:"enrichmentVersion,omitempty"`
	// LeftOut are the fields that failed under the policy LeaveOut, in Order.
	LeftOut []*FieldError `json:"leftOut,omitempty"`
}

// Used is a setting that an event was enriched with.
type Used struct {
	Name      string              `json:"name"` // of the Dependency
	Namespace string              `json:"namespace"`
	Setting   string              `json:"setting"`
	Level     settings.EntityKind `json:"level"` // where it was found
	ID        uuid.UUID           `json:"id"`
	Version   int64               `json:"version"` // with ID, the version in settings.Service.History
	Value     settings.Value      `json:"value"`
}

// FieldError is why a field has no value. It wraps the reason: jsonlogic.ErrEvaluation; settings.ErrNotLogic,
// or jsonlogic.ErrRule for a rule that was saved under another Evaluator, if a dependency should be a rule;
// admin.ErrNotFound for a dependency that no level has; or admin.ErrInvalid for a result that is not of the
// field's type. The message does not repeat the data of the event.
type FieldError struct {
	EventSchema string    `json:"eventSchema"`
	Field       string    `json:"name"`
	Type        FieldType `json:"type"`
	Err         error     `json:"-"`
}

// Error names the field.
func (e *FieldError) Error() string {
	return fmt.Sprintf("event schema %q: %s %s: %v",
		admin.Clip(e.EventSchema), strings.ToLower(string(e.Type)), e.Field, e.Err)
}

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Err }

// MarshalJSON writes "eventSchema", "name" and "type" of the field, and the "message".
func (e *FieldError) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		EventSchema string    `json:"eventSchema"`
		Name        string    `json:"name"`
		Type        FieldType `json:"type"`
		Message     string    `json:"message"`
	}{e.EventSchema, e.Field, e.Type, fmt.Sprint(e.Err)})
}
