// Package storage names every port of the library on one page: what an adapter implements and a
// Center is made from.
//
//	backend := memory.New() // or sqlstore.New(…)
//	err := backend.InTx(ctx, func(s storage.Stores) error {
//		return s.Currencies().Create(ctx, org, c, rec)
//	})
//
// The adapters are in storage/memory and storage/sqlstore; storage/storagetest is the conformance
// suite that an adapter of your own has to pass.
package storage
