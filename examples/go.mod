module github.com/admincenter/admincenter/examples

go 1.26.0

require (
	github.com/admincenter/admincenter v0.0.0
	github.com/google/uuid v1.6.0
	github.com/shopspring/decimal v1.6.0
	github.com/stretchr/testify v1.12.1
	modernc.org/sqlite v1.61.1
)

replace github.com/admincenter/admincenter => ..
