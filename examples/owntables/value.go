package main

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// asJSON reads and writes the value at a pointer as JSON.
type asJSON struct{ value any }

// Value implements driver.Valuer.
func (j asJSON) Value() (driver.Value, error) {
	text, err := json.Marshal(j.value)
	return string(text), err
}

// Scan implements sql.Scanner.
func (j asJSON) Scan(column any) error {
	text, ok := column.(string)
	if !ok {
		return fmt.Errorf("%T in place of JSON", column)
	}
	return json.Unmarshal([]byte(text), j.value)
}

// asMicros reads and writes an instant as microseconds since 1970, and the zero time as NULL.
type asMicros struct{ at *time.Time }

// Value implements driver.Valuer.
func (m asMicros) Value() (driver.Value, error) {
	return sql.NullInt64{Int64: m.at.UnixMicro(), Valid: !m.at.IsZero()}.Value()
}

// Scan implements sql.Scanner.
func (m asMicros) Scan(column any) error {
	var micros sql.NullInt64
	if err := micros.Scan(column); err != nil {
		return err
	}
	*m.at = time.Time{}
	if micros.Valid {
		*m.at = time.UnixMicro(micros.Int64).UTC()
	}
	return nil
}
