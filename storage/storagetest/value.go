package storagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// testValues puts the values in that storages differ in: texts that look alike, the largest of
// everything, and instants and numbers at their ends.
func testValues(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(60 << 40)
	t.Run("keep apart what looks alike, in order of bytes", func(t *testing.T) { testAlike(t, newWorld(t, b, c)) })
	t.Run("keep the largest of everything", func(t *testing.T) { testLargest(t, newWorld(t, b, c)) })
	t.Run("keep support and whom it acts for", func(t *testing.T) { testActors(t, newWorld(t, b, c)) })
	t.Run("keep instants to the microsecond, and the lack of one", func(t *testing.T) {
		testInstants(t, newWorld(t, b, c))
	})
	t.Run("keep numbers up to their ends", func(t *testing.T) { testNumbers(t, newWorld(t, b, c)) })
	t.Run("are not found by a text that cannot be stored", func(t *testing.T) { testUnstorable(t, newWorld(t, b, c)) })
}

func testAlike(t *testing.T, w *world) {
	ctx, keys := t.Context(), alike()
	slices.Sort(keys)
	var customers, accounts [][]string
	for i, k := range keys {
		customers = append(customers, []string{k, k, k})
		accounts = append(accounts, []string{k, k, k})
		s := w.setting(ofAccount(k), "rate")
		s.Value = w.value(settings.TypeString, k)
		w.createSetting(w.b, s)
		require.NoError(t, w.b.Plans().Create(ctx, w.org, w.plan(k, i+1), w.rec("plan.create")))
		require.NoError(t, w.add(w.b, w.schedule(k, epoch, time.Time{})))
		invited := w.invitation("x")
		invited.Email = people.Email{Address: k, Key: k}
		require.NoError(t,
			w.b.Invitations().Create(ctx, w.org, sending(invited, w.digest(k), 1000),
				w.rec("invitation.create")), k)
		a := w.acceptance(invited)
		a.User.Name = k
		require.NoError(t, w.b.Invitations().Accept(ctx, w.org, a, w.rec("invitation.accept")), k)
	}
	created := slices.Repeat([]string{"CREATED"}, len(keys))
	require.Equal(t, created, w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(), customers...)))
	withAliases := w.accounts(customer.ModeCreate, accountFields(), accounts...)
	aliases, err := customer.Accounts().Mask("aliases")
	require.NoError(t, err)
	for i, k := range keys {
		withAliases[i].Given |= aliases
		withAliases[i].Record.Aliases = []customer.Alias{{Value: k}}
	}
	require.Equal(t, created, w.applyAccounts(t, withAliases), "no two have one alias")

	for i, k := range keys {
		owner, err := w.b.Customers().Get(ctx, w.org, k)
		require.NoError(t, err, "%q", k)
		require.Equal(t, []string{k, k, k}, []string{owner.ID, owner.Name, owner.PrimaryEmail})
		of, err := w.b.Accounts().List(ctx, w.org, customer.AccountFilter{CustomerID: k}, page[string](10))
		require.NoError(t, err)
		require.Len(t, of, 1, "%q", k)
		require.Equal(t, k, of[0].ID)
		require.Equal(t, []customer.Alias{{Value: k}}, of[0].Aliases)
		found, err := w.b.Settings().Lookup(ctx, w.org, rates(ofAccount(k)))
		require.NoError(t, err)
		require.Len(t, found, 1, "%q", k)
		require.Equal(t, k, found[0].Value.Text())
		plan, err := w.b.Plans().Latest(ctx, w.org, k)
		require.NoError(t, err, "%q", k)
		require.Equal(t, priceplan.Ref{ID: k, Version: i + 1}, plan.Ref)
		require.Len(t, w.timeline(k, time.Time{}), 1, "%q", k)
		user, err := w.b.Users().ByEmail(ctx, w.org, k)
		require.NoError(t, err, "%q", k)
		require.Equal(t, k, user.User.Name)
	}
	require.Equal(t, keys, w.customerIDs(t, customer.Filter{}))
	require.Equal(t, keys, listed(t, w.plans, w.org, func(p priceplan.Plan) string { return p.Ref.ID }))
	testAlikeCursors(t, w, keys)
	testAlikeFilters(t, w)
}

// listed is every key of a list, two at a time.
func listed[T any](
	t *testing.T, list func(context.Context, admin.OrgID, admin.Seek[string]) ([]T, error), org admin.OrgID,
	key func(T) string,
) (out []string) {
	t.Helper()
	all := pages(t, func(seek admin.Seek[string]) ([]T, error) { return list(t.Context(), org, seek) }, key)
	for _, item := range all {
		out = append(out, key(item))
	}
	return out
}

// A batch is committed at exactly the cursor where it began.
func testAlikeCursors(t *testing.T, w *world, keys []string) {
	j := w.job()
	require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, j, nil, w.rec("job.create")))
	claimed, err := w.b.Jobs().Claim(t.Context(), w.org, j.ID,
		job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Hour)})
	require.NoError(t, err)
	cp := job.Checkpoint{
		ID: j.ID, Attempt: claimed.Lease.Attempt, From: claimed.Cursor,
		Status: job.InProgress, At: epoch, Until: epoch.Add(time.Hour),
	}
	for i, k := range keys {
		cp.Cursor = k
		require.NoError(t, w.b.Jobs().Commit(t.Context(), w.org, cp))
		for _, other := range []string{"", k + " ", k + "\u200b", strings.ToUpper(k), keys[(i+1)%len(keys)]} {
			if cp.From = other; other != k {
				require.ErrorIs(t, w.b.Jobs().Commit(t.Context(), w.org, cp), job.ErrLeaseLost, "%q is not %q", other, k)
			}
		}
		cp.From = k
	}
}

// A space, another case, or what a collation ignores is a filter like any other and not the lack of one.
func testAlikeFilters(t *testing.T, w *world) {
	ctx := t.Context()
	for _, none := range []string{" ", "\u200b", "\u00ad", "active", "Test"} {
		ids := page[uuid.UUID](10)
		for name, list := range map[string]func() (int, error){
			"audit": func() (int, error) {
				l, err := w.b.Audit().List(ctx, w.org, admin.AuditFilter{Subject: admin.Subject{Kind: none}},
					page[admin.RecordKey](10))
				return len(l), err
			},
			"users": func() (int, error) {
				l, err := w.b.Users().List(ctx, w.org, people.UserFilter{Status: people.UserStatus(none)}, ids)
				return len(l), err
			},
			"invitations": func() (int, error) {
				l, err := w.b.Invitations().List(ctx, w.org, people.InvitationFilter{Status: people.InvitationStatus(none)},
					epoch, ids)
				return len(l), err
			},
			"jobs": func() (int, error) {
				l, err := w.b.Jobs().List(ctx, w.org, job.Filter{Kind: job.Kind(none)}, ids)
				return len(l), err
			},
			"settings": func() (int, error) {
				l, err := w.b.Settings().List(ctx, w.org, settings.Filter{Namespace: none}, ids)
				return len(l), err
			},
			"tokens": func() (int, error) {
				l, err := w.b.Tokens().List(ctx, w.org, token.Filter{State: token.State(none)}, epoch, ids)
				return len(l), err
			},
			"imports": func() (int, error) {
				l, err := w.b.Imports().List(ctx, w.org, bulkimport.Filter{SHA256: none}, ids)
				return len(l), err
			},
			"accounts": func() (int, error) {
				l, err := w.b.Accounts().List(ctx, w.org, customer.AccountFilter{CustomerID: none}, page[string](10))
				return len(l), err
			},
		} {
			n, err := list()
			require.NoError(t, err, "%s by %q", name, none)
			require.Zero(t, n, "%s by %q", name, none)
		}
	}
}

func testLargest(t *testing.T, w *world) {
	ctx := t.Context()
	wide := func(n int) string { return strings.Repeat("\U0001f418", n) } // four bytes each
	t.Run("settings", func(t *testing.T) {
		for name, v := range map[string]settings.Value{
			"string": w.value(settings.TypeString, wide(settings.MaxString)),
			"json":   w.value(settings.TypeJSON, `"`+strings.Repeat("x", settings.MaxJSON-2)+`"`),
		} {
			s := w.setting(ofAccount(wide(admin.MaxID)), name+strings.Repeat("n", settings.MaxName-len(name)))
			s.Namespace, s.Value = strings.Repeat("N", settings.MaxNamespace), v
			w.createSetting(w.b, s)
			got, err := w.b.Settings().Get(ctx, w.org, s.ID)
			require.NoError(t, err)
			require.Equal(t, s, got)
		}
	})
	t.Run("customers and accounts", func(t *testing.T) {
		id := wide(admin.MaxID)
		values := []string{id}
		fields := []string{
			"id", "name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country", wide(50),
		}
		for range fields[1:] {
			values = append(values, wide(255))
		}
		values[2] = wide(254)
		require.Equal(t, []string{"CREATED"}, w.applyCustomers(t, w.customers(customer.ModeCreate, fields, values)))
		got, err := w.b.Customers().Get(ctx, w.org, id)
		require.NoError(t, err)
		require.Equal(t, values[1:10], []string{
			got.Name, got.PrimaryEmail, got.PhoneNumber, got.Line1, got.Line2, got.PostalCode, got.City, got.State, got.Country,
		})
		require.Equal(t, map[string]string{wide(50): wide(255)}, got.Metadata)
		largest := customer.Account{
			ID: id, Name: wide(255), CustomerID: id, Status: customer.Active, Metadata: map[string]string{},
		}
		for n := range customer.MaxMetadata {
			largest.Metadata[fmt.Sprint(n)+wide(customer.MaxMetadataName-2)] = wide(customer.MaxMetadataValue)
		}
		for n := range customer.MaxAliases {
			largest.Aliases = append(largest.Aliases, customer.Alias{Value: fmt.Sprint(n) + wide(admin.MaxID-1)})
		}
		for n := range customer.MaxTags {
			largest.Tags = append(largest.Tags, fmt.Sprint(n)+wide(customer.MaxTag-2))
		}
		kind := customer.Accounts()
		change := customer.Change[customer.Account]{Mode: customer.ModeCreate, Record: largest, Given: kind.All(), At: epoch}
		require.Equal(t, []string{"CREATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{change}))
		largest.CreatedAt, largest.UpdatedAt, largest.Version = epoch, epoch, 1
		require.Equal(t, largest, w.account(t, id))
	})
	t.Run("plans and schedules", func(t *testing.T) {
		p := w.plan(wide(admin.MaxID), math.MaxInt32)
		p.Name, p.Description = wide(50), wide(255)
		require.NoError(t, w.b.Plans().Create(ctx, w.org, p, w.rec("plan.create")))
		got, err := w.b.Plans().Version(ctx, w.org, p.Ref)
		require.NoError(t, err)
		require.Equal(t, p, got)
		s := w.schedule(wide(admin.MaxID), epoch, time.Time{})
		s.ID, s.Plan, s.RateCards = wide(admin.MaxID), p.Ref, wide(255)
		require.NoError(t, w.add(w.b, s))
		require.Equal(t, []priceplan.Schedule{s}, w.timeline(s.AccountID, time.Time{}))
	})
	t.Run("names of people, tokens and files", func(t *testing.T) {
		require.NoError(t, w.b.Organizations().Rename(ctx, w.org, wide(255), 1, w.rec("organization.rename")))
		u := w.first
		u.Name = wide(255)
		require.NoError(t,
			w.b.Users().UpdateProfile(ctx, w.org, people.ProfileUpdate{User: &u}, w.rec("user.update_profile")))
		u.Version++
		tok := w.token()
		tok.Name = wide(100)
		require.Equal(t, w.addToken(tok), w.getToken(tok.ID))
		k := w.emailChange(u, "longest")
		k.NewEmail = people.Email{Address: strings.Repeat("a", 254), Key: strings.Repeat("k", 254)}
		require.NoError(t, w.b.Tickets().ChangeEmail(ctx, w.org, w.issued(t, k), epoch, w.rec("user.change_email")))
		u.Email, u.UpdatedAt = k.NewEmail, epoch
		u.Version++
		got, err := w.b.Users().Get(ctx, w.org, u.ID)
		require.NoError(t, err)
		require.Equal(t, u, got)
		r := w.role(people.Role(strings.Repeat("r", 50)))
		r.DisplayName, r.Description = wide(100), wide(500)
		require.Equal(t, w.addRole(t, r), w.getRole(t, r.Name))
		i := w.imp()
		i.FileName = wide(255)
		require.NoError(t, w.b.Imports().Create(ctx, w.org, i, w.rec("import.begin")))
		stored, err := w.b.Imports().Get(ctx, w.org, i.ID)
		require.NoError(t, err)
		require.Equal(t, i, stored)
	})
	t.Run("pieces with every byte", func(t *testing.T) {
		i := w.imp()
		require.NoError(t, w.b.Imports().Create(ctx, w.org, i, w.rec("import.begin")))
		piece := make([]byte, bulkimport.MaxChunk)
		for k := range piece {
			piece[k] = byte(k)
		}
		require.NoError(t, w.b.Imports().Append(ctx, w.org, i.ID, math.MaxInt64-1<<20, piece))
		require.True(t, bytes.Equal(piece, []byte(w.content(t, i.ID, math.MaxInt64-1<<20))))
	})
	testLargestJobs(t, w)
}

func testInstants(t *testing.T, w *world) {
	for _, at := range []time.Time{
		time.Unix(0, 0).UTC(), time.UnixMicro(-1).UTC(), time.UnixMicro(1).UTC(), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(1582, 10, 10, 0, 0, 0, 999999000, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
	} {
		j := w.job()
		j.CreatedAt, j.UpdatedAt, j.StartAt, j.SettledAt = at, at, at, time.Time{}
		j.RetryAt, j.TriedAt, j.Lease.Until = at, at, at
		j.Decision = job.Decision{Action: job.ActionPause, At: at}
		require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, j, nil, w.rec("job.create")))
		got, err := w.b.Jobs().Get(t.Context(), w.org, j.ID)
		require.NoError(t, err)
		require.Equal(t, j, got, at)
		tok := w.token()
		tok.ExpiresAt, tok.LastUsedAt, tok.CreatedAt = at, time.Time{}, at
		require.Equal(t, w.addToken(tok), w.getToken(tok.ID), at)
		rec := w.rec(admin.Action("at." + at.Format(time.RFC3339Nano)))
		rec.At = at
		require.NoError(t, w.b.Plans().Create(t.Context(), w.org, w.plan(at.String(), 1), rec))
		recorded, err := w.b.Audit().List(t.Context(), w.org,
			admin.AuditFilter{Action: rec.Action, From: at, Until: at.Add(time.Microsecond)}, page[admin.RecordKey](2))
		require.NoError(t, err)
		require.Equal(t, []admin.Record{rec}, recorded)
	}
}

func testNumbers(t *testing.T, w *world) {
	for _, n := range []int64{math.MinInt64, -1, 0, math.MaxInt64} {
		j := w.job()
		j.Counts = job.Counts{Total: n, Completed: n, Skipped: n, Failed: n}
		j.Version, j.Lease.Attempt, j.Failures = n, n, int(n)
		entry := job.Entry{Seq: max(n, 1), Ref: "a", Status: job.EntryPending}
		require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, j, []job.Entry{entry}, w.rec("job.create")))
		got, err := w.b.Jobs().Get(t.Context(), w.org, j.ID)
		require.NoError(t, err)
		require.Equal(t, j, got)
		entries, err := w.b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{}, page[int64](2))
		require.NoError(t, err)
		require.Equal(t, []job.Entry{entry}, entries)
		i := w.imp()
		i.Size, i.Rows, i.Version = n, n, n
		require.NoError(t, w.b.Imports().Create(t.Context(), w.org, i, w.rec("import.begin")))
		stored, err := w.b.Imports().Get(t.Context(), w.org, i.ID)
		require.NoError(t, err)
		require.Equal(t, i, stored)
	}
}

// testUnstorable reads by what no service lets in, within a transaction that goes on.
func testUnstorable(t *testing.T, w *world) {
	w.seed()
	for n, text := range []string{"\xff", "A\x00B", "\xed\xa0\x80", "acme\x00", "\xc0\x80", "abc\xe2\x82"} {
		require.NoError(t, w.b.InTx(t.Context(), func(s storage.Stores) error {
			ctx, gets := t.Context(), map[string]error{}
			_, gets["organization"] = s.Organizations().Get(ctx, admin.OrgID(text))
			_, gets["role"] = s.Roles().Get(ctx, w.org, people.Role(text))
			_, gets["currency"] = s.Currencies().Get(ctx, w.org, iso4217.Code(text))
			_, gets["customer"] = s.Customers().Get(ctx, w.org, text)
			_, gets["account"] = s.Accounts().Get(ctx, w.org, text)
			_, gets["plan"] = s.Plans().Latest(ctx, w.org, text)
			_, gets["version"] = s.Plans().Version(ctx, w.org, priceplan.Ref{ID: text, Version: 1})
			_, gets["user"] = s.Users().ByEmail(ctx, w.org, text)
			for name, err := range gets {
				require.ErrorIs(t, err, admin.ErrNotFound, "%s %q", name, text)
			}
			found, err := s.Settings().Lookup(ctx, w.org, rates(ofAccount(text)))
			require.NoError(t, err)
			require.Empty(t, found)
			records, err := s.Audit().List(ctx, w.org, admin.AuditFilter{Subject: admin.Subject{Kind: "test", ID: text}},
				page[admin.RecordKey](10))
			require.NoError(t, err)
			require.Empty(t, records)
			known := w.seeds.plans.schedule.AccountID
			tls, err := s.Schedules().Timelines(ctx, w.org, []string{text, known}, time.Time{})
			require.NoError(t, err)
			require.Equal(t, priceplan.Timeline{AccountID: text}, tls[0])
			require.NotEmpty(t, tls[1].Schedules, "the others are found")
			removed, err := s.Schedules().Removed(ctx, w.org, text)
			require.NoError(t, err)
			require.Empty(t, removed)
			versions, err := s.Plans().Versions(ctx, w.org, text, page[int64](10))
			require.NoError(t, err)
			require.Empty(t, versions)
			// A storage may keep such a text; if it does not, the error must blame the text.
			if err := s.Organizations().Rename(ctx, w.org, text, int64(1+2*n), w.rec("organization.rename")); err != nil {
				require.ErrorIs(t, err, admin.ErrInvalid)
				if err := s.Organizations().Rename(ctx, w.org, "Other", int64(1+2*n), w.rec("organization.rename")); err != nil {
					return err
				}
			}
			return s.Organizations().Rename(ctx, w.org, w.mark("good"), int64(2+2*n), w.rec("organization.rename"))
		}))
		o, err := w.b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, w.mark("good"), o.Name)
	}
	_, err := w.b.Tokens().ByDigest(t.Context(), sha256.Sum256([]byte("\xff")))
	require.ErrorIs(t, err, admin.ErrNotFound)
}
