package dbtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

func TestDecimalsRoundTrip(t *testing.T) {
	test := func(t *testing.T, db storage.Backend) {
		createOrganization(t, db, "acme")
		for i, text := range []string{
			"0.000000000000000001", "999999999999.999999999999999999", "123456789012.345678901234567891", "1", "10", "1.08", "0.1", "100000000000",
			"0.300000000000000004", // beside what a float64 can hold
		} {
			d, err := admin.ParseDecimal(text)
			require.NoError(t, err)
			code := iso4217.Code(fmt.Sprintf("X%02d", i))
			require.NoError(t, db.Currencies().Create(t.Context(), "acme", aCurrency(code, text), rec("currency.add")))
			got, err := db.Currencies().Get(t.Context(), "acme", code)
			require.NoError(t, err)
			require.Equal(t, admin.CanonicalDecimal(d), got.Rate, "as the same value in Go too")
			require.Equal(t, text, got.Rate.String())
		}
		for i, text := range []string{
			"99999999999999999999.999999999999999999", "-12345678901234567890.123456789012345678", "0.000000000000000001", "-0.000000000000000001",
			strings.Repeat("9", 38), "-" + strings.Repeat("9", 38), "0", "9007199254740993",
		} {
			d, err := admin.ParseDecimal(text)
			require.NoError(t, err)
			value, err := settings.Numeric(d)
			require.NoError(t, err)
			want := settings.Setting{
				ID: uuid.Must(uuid.NewV7()), Entity: settings.Entity{Kind: settings.Organization}, Namespace: "n", Name: fmt.Sprintf("n%d", i), Value: value,
				CreatedAt: noon, CreatedBy: admin.Actor{Kind: admin.ActorSystem}, UpdatedAt: noon, UpdatedBy: admin.Actor{Kind: admin.ActorSystem}, Version: 1,
			}
			require.NoError(t, db.Settings().Create(t.Context(), "acme", want, settings.Limits{PerEntity: 10, PerOrganization: 10}, rec("setting.create")))
			got, err := db.Settings().Get(t.Context(), "acme", want.ID)
			require.NoError(t, err)
			require.Equal(t, text, got.Value.Text())
		}
	}
	t.Run("memory", func(t *testing.T) { test(t, memory.New()) })
	onEachDriver(t, func(t *testing.T, s server) { test(t, s.open(t)) })
}

// A host that has its own decimals written with an exponent changes nothing of the rates.
func TestRatesAreStoredWhateverTheHostSetsForDecimals(t *testing.T) {
	scientific := decimal.UseScientificNotation
	t.Cleanup(func() { decimal.UseScientificNotation = scientific })
	test := func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		createOrganization(t, db, "acme")
		decimal.UseScientificNotation = true
		require.NoError(t, db.Currencies().Create(t.Context(), "acme", aCurrency("EUR", "0.00000012"), rec("currency.add")))
		decimal.UseScientificNotation = false
		stored := cells(t, pool, "SELECT rate FROM admincenter_currencies")[0][0]
		require.Equal(t, "0.00000012", decimal.RequireFromString(stored).String())
		require.NotContains(t, strings.ToLower(stored), "e")
		got, err := db.Currencies().Get(t.Context(), "acme", "EUR")
		require.NoError(t, err)
		require.Equal(t, "0.00000012", got.Rate.String())
	}
	for _, s := range drivers() { // one at a time: what they set is shared by the whole process
		t.Run(s.name, func(t *testing.T) { test(t, s) })
	}
}

func TestRateThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{"NaN", "Infinity", "-Infinity", "1e400", "1E3", "+1", "", " 1", "1.", "0.1234567890123456789"} {
		_, err := admin.ParseDecimal(text)
		require.ErrorIs(t, err, admin.ErrInvalid, "%q", text)
	}
	unrounded := []decimal.Decimal{
		decimal.New(1, 400), decimal.New(1, -400), decimal.New(1, 12), decimal.RequireFromString("0.1234567890123456789"),
		decimal.RequireFromString("999999999999.9999999999999999999"), decimal.New(-1, 0), decimal.Zero,
	}
	byService := func(t *testing.T, db storage.Backend) {
		createOrganization(t, db, "acme")
		service, err := currency.NewService(currency.Ports{Currencies: db.Currencies()}, currency.Options{})
		require.NoError(t, err)
		_, err = service.SetBase(t.Context(), admin.System("acme"), "USD")
		require.NoError(t, err)
		for _, rate := range unrounded {
			_, err := service.Add(t.Context(), admin.System("acme"), "EUR", rate)
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
		_, err = db.Currencies().Get(t.Context(), "acme", "EUR")
		require.ErrorIs(t, err, admin.ErrNotFound)
	}
	t.Run("memory", func(t *testing.T) { byService(t, memory.New()) })
	onEachDriver(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		byService(t, db)
		for _, rate := range unrounded {
			c := aCurrency("EUR", "1")
			c.Rate = rate
			require.ErrorIs(t, db.Currencies().Create(t.Context(), "acme", c, rec("currency.add")), admin.ErrInvalid, "by the database itself")
		}

		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		modes := []string{"SELECT 1"}
		if s.dialect == sqlstore.MySQL {
			modes = []string{"SET sql_mode = 'STRICT_ALL_TABLES'", "SET sql_mode = ''"} // the latter cuts what is too long
		}
		for _, mode := range modes {
			_, err := conn.ExecContext(t.Context(), mode)
			require.NoError(t, err)
			for _, rate := range ratesRefused(s.dialect) {
				_, err := conn.ExecContext(t.Context(), "INSERT INTO admincenter_currencies VALUES ('acme', 'EUR', "+rate+", NULL, 1, 'system', '')")
				require.Error(t, err, "%s: %s", mode, rate)
			}
		}
		require.Len(t, cells(t, pool, "SELECT rate FROM admincenter_currencies"), 1, "the base")
	})
}

// ratesRefused are literals of SQL that the column must not take. A number that SQLite has to read
// is a float before any column sees it, so there only texts can be refused for their length.
func ratesRefused(d sqlstore.Dialect) []string {
	out := []string{
		"'NaN'", "'nan'", "'Infinity'", "'-Infinity'", "'inf'", "'1e400'", "1e400", "'-1'", "-1", "'0'", "0", "'0.0'", "'0.000000000000000000'", "NULL", "''",
		"'0.1234567890123456789'", "'1.0000000000000000001'", "'1000000000000'", "1e12", "'999999999999.9999999999999999999'", "'1,5'", "'1.2.3'", "'x'",
		"'" + strings.Repeat("9", 400) + "'", "'1." + strings.Repeat("1", 62) + "'", "'1" + strings.Repeat(" ", 80) + "1'",
	}
	switch d {
	case sqlstore.PostgreSQL:
		return append(out, "0.1234567890123456789", "'1e-19'", "1e-400", "'NaN'::numeric", "'Infinity'::float8")
	case sqlstore.MySQL:
		out = append(out, "0.1234567890123456789", "999999999999.9999999999999999999")
	}
	return append(out, "'1e3'", "'1E3'", "'+1'", "' '", "' 1'", "'1 '", "'1.'", "'.5'", "'.'", "'0x1'", "'1\n'", "'0000000000001'", "'١'", "'1é'")
}
