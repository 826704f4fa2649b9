package job

// Effect is what a job changed, with the record as it was: by the effects, read backwards, what a job did
// can be undone.
type Effect struct {
	Seq     int64  `json:"seq"`              // 1, 2, 3, … within the job, in the order in which it happened
	Kind    string `json:"kind"`             // of the record, such as "customer"; at most 100 bytes
	Ref     string `json:"ref"`              // the record's id; at most 1000 bytes
	Before  string `json:"before,omitempty"` // the record before, in the package's own JSON; empty if there was none
	Version int64  `json:"version"`          // of the record afterwards: if it has another one it was changed since
}
