package customer

import (
	"time"

	"github.com/admincenter/admincenter/currency/iso4217"
)

// Mode is what a [Change] does to a record that exists, or does not.
type Mode string

// The modes.
const (
	ModeCreate Mode = "CREATE" // refused with ReasonExists if there is a record
	ModeSkip   Mode = "SKIP"   // Skipped if there is a record
	ModeUpsert Mode = "UPSERT" // creates a record, or updates the one there is
	ModeUpdate Mode = "UPDATE" // refused with ReasonNotFound if there is no record
	// ModeErase takes all that may be about a person out of an archived record ([Table.Erased]), and of the accounts of
	// a customer. It is refused with ReasonNotFound, ReasonNotArchived and ReasonErased. Given and Keys are empty.
	ModeErase Mode = "ERASE"
	// ModeRemove removes a record whose Version is the given one, which is not 0, as if it had never been, with the
	// aliases of an account. It is refused with ReasonNotFound, ReasonConflict, ReasonErased, and ReasonHasAccounts for a
	// customer that has accounts in any status. Given, Keys and Accounts are empty. It takes back a record that was made
	// by mistake and that nothing refers to, which the caller knows: a customer that is no longer one is archived.
	ModeRemove Mode = "REMOVE"
)

// Change is something to do to one record, for [Store.Apply] and [AccountStore.Apply].
type Change[T Record] struct {
	Mode   Mode
	Record T    // identified by its ID; only the fields in Given count
	Given  Mask // the fields to write; others stay as they are, or empty in a new record
	// Keys, if not nil, are the names in the record's metadata to write; an empty value removes one, and
	// Given then does not have the metadata.
	Keys []string
	// Version, if not 0, must be that of the record.
	Version int64
	// Restores, if not 0, is the Version whose values the change gives back to the record: it becomes the record's
	// RestoredVersion, which any other change makes 0. A change with it, and one of ModeRemove, is of a record of the
	// given Version or of one that was restored to it.
	Restores int64
	// KeepArchived leaves the status of a record that is archived as it is: what gives a status does not restore it.
	KeepArchived bool
	At           time.Time // becomes UpdatedAt, and CreatedAt of a new record
	// Accounts are those to archive or to erase together with a customer, which is refused with ReasonHasAccounts as
	// long as it has others that are not archived, or not erased. A change of an account has none.
	Accounts []string
	// Currencies are those that an account does not get as its InvoiceCurrency: a change that gives it one is refused
	// with ReasonCurrencyUnused or ReasonCurrencyArchived. What an account has it keeps.
	Currencies iso4217.Refusals
}

// Result is what became of a change.
type Result string

// The results.
const (
	Created   Result = "CREATED"
	Updated   Result = "UPDATED"
	Unchanged Result = "UNCHANGED" // the record was like that already, and keeps its version
	Skipped   Result = "SKIPPED"
	Removed   Result = "REMOVED" // there is no After
	Refused   Result = "REFUSED" // for the Outcome's Reason
)

// Reason is why a change was refused.
type Reason string

// The reasons.
const (
	ReasonExists           Reason = "exists"
	ReasonNotFound         Reason = "not_found"
	ReasonConflict         Reason = "conflict"           // another version
	ReasonArchived         Reason = "archived"           // it takes restoring first
	ReasonErased           Reason = "erased"             // the record, or the customer of an account
	ReasonNotArchived      Reason = "not_archived"       // a record to erase
	ReasonRelationNotFound Reason = "relation_not_found" // the customer of an account
	ReasonCustomerArchived Reason = "customer_archived"  // the customer of an account that is not archived
	ReasonHasAccounts      Reason = "has_accounts"       // of a customer to archive, to erase or to remove
	ReasonAliasTaken       Reason = "alias_taken"        // another account has it at the same time
	ReasonCurrencyUnused   Reason = "currency_unused"    // the organization does not use the account's currency
	ReasonCurrencyArchived Reason = "currency_archived"  // the organization has archived it
	ReasonStorage          Reason = "storage"            // the storage refuses a value by a rule of its own
)

// Outcome is what became of one change.
type Outcome[T Record] struct {
	Result Result
	Reason Reason // of Refused
	Field  string // the Name of the field at fault; empty for the record as a whole
	Detail string // for a person: the value and what would be right
	// Params are the values in Detail, for a translation: "id", "value", "currency" or "accounts". Few reasons have some.
	Params map[string]string
	// Before is the record as it was, unless it was created; After is the record as it is, unless it was removed.
	Before, After T
}

// Known is what a store looks up before it decides on changes.
type Known[T Record] struct {
	Records map[string]T // those that exist of [IDs]
	// Customers are the statuses of those that exist of [Owners], for changes of accounts.
	Customers map[string]Status
	// Aliases are who has those of [AliasValues], for changes of accounts.
	Aliases []Holding
	// Accounts are the ids of accounts by the customer: of those of [Closing] those that are neither archived nor
	// erased, of those of [Erasing] those that are not erased, and of those of [Removing] all, or the first few.
	Accounts map[string][]string
}

// Holding is an alias of an account that is not archived.
type Holding struct {
	Account string
	Alias   Alias
}
