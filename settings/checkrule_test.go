package settings_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/storage/memory"
)

func TestARuleIsCheckedAndEvaluatedBeforeItIsSaved(t *testing.T) {
	s, err := settings.NewService(settings.Ports{Settings: memory.New().Settings()}, settings.Options{})
	require.NoError(t, err)
	scope := admin.System("acme")

	warnings, err := s.CheckRule(t.Context(), scope, json.RawMessage(`{"==":[{"var":"attribute.a\\.b"},0]}`))
	require.NoError(t, err)
	var codes []jsonlogic.WarningCode
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	require.Equal(t, []jsonlogic.WarningCode{jsonlogic.WarnPath, jsonlogic.WarnMissingEqual}, codes)
	_, err = s.CheckRule(t.Context(), scope, json.RawMessage(`{"pluss":[1]}`))
	require.ErrorIs(t, err, admin.ErrInvalid)

	event := map[string]any{"km": json.Number("2.5")}
	got, err := s.EvaluateRule(t.Context(), scope, json.RawMessage(`{"*":[{"var":"km"},2]}`), event)
	require.NoError(t, err)
	require.Equal(t, json.Number("5"), got)
	_, err = s.EvaluateRule(t.Context(), scope, json.RawMessage(`{"/":[{"var":"km"},0]}`), event)
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
	_, err = s.EvaluateRule(t.Context(), scope, json.RawMessage(`{`), event)
	require.ErrorIs(t, err, admin.ErrInvalid)
}
