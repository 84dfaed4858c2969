// Writes fuzz/corpus/bolt/bbolt_1_3_6.bolt with the library that InfluxDB 2.7 keeps its metadata with: an organization and
// sixty buckets on several pages. The same bytes each time.
//
//	boltfile FILE
package main

import (
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

func main() {
	database, err := bbolt.Open(os.Args[1], 0o600, &bbolt.Options{PageSize: 4096})
	if err == nil {
		err = database.Update(fill)
	}
	if err == nil {
		err = database.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func fill(transaction *bbolt.Tx) error {
	organizations, err := transaction.CreateBucket([]byte("organizationsv1"))
	if err != nil {
		return err
	}
	const organization = "00000000000000aa"
	if err := organizations.Put([]byte(organization), []byte(`{"id":"`+organization+`","name":"acme"}`)); err != nil {
		return err
	}
	buckets, err := transaction.CreateBucket([]byte("bucketsv1"))
	if err != nil {
		return err
	}
	for i := 0; i < 60; i++ {
		id := fmt.Sprintf("%016x", i+1)
		value := fmt.Sprintf(`{"id":"%s","orgID":"%s","type":0,"name":"bucket %d","retentionPeriod":0}`, id, organization, i)
		if err := buckets.Put([]byte(id), []byte(value)); err != nil {
			return err
		}
	}
	return nil
}
