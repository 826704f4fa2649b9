package job

// Effect is what a job changed, with the record as it was: by the effects, read backwards, what a job did
// can be undone.
type Effect struct {
	Seq  int64  `json:"seq"`  // ascends within the job, with gaps, in the order in which it happened; from 1
	Kind string `json:"kind"` // of the record, such as "customer"; at most 100 bytes
	Ref  string `json:"ref"`  // the record's id; at most 1000 bytes
	// Before is what was changed or removed of the record, as it was, in the package's own JSON; empty if there
	// was no record.
	Before string `json:"before,omitempty"`
	// Version is that of the record afterwards, or 0 if it was removed: a record with another one was changed since.
	Version int64 `json:"version"`
}
