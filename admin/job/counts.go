package job

// Counts are the numbers of a job's entries. What is not in the other three is pending.
type Counts struct {
	Total     int64 `json:"total"`     // entries in all, as far as is known
	Completed int64 `json:"completed"` // done
	Skipped   int64 `json:"skipped"`   // left alone, with a reason
	Failed    int64 `json:"failed"`    // tried and refused, with a reason
}

// Add returns the sum, field by field.
func (c Counts) Add(d Counts) Counts {
	return Counts{
		Total: c.Total + d.Total, Completed: c.Completed + d.Completed,
		Skipped: c.Skipped + d.Skipped, Failed: c.Failed + d.Failed,
	}
}

// Settled returns the number of entries that are completed, skipped or failed.
func (c Counts) Settled() int64 { return c.Completed + c.Skipped + c.Failed }

// Pending returns the number of entries that are not settled. Those of a cancelled job are not to be done any more
// ([Job.Pending]).
func (c Counts) Pending() int64 { return max(0, c.Total-c.Settled()) }
