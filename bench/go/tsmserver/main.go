// Writes the root folder of an InfluxDB 2.7 server and a backup of it with the server's own code: organizations and buckets
// (its tenant service, in influxd.bolt), shard groups (its meta client), points (its storage engine). One shard group is
// marked as deleted, as retention does; its files stay. Prints a JSON array a row: [organization, bucket, time, value,
// shard, whether the shard is deleted].
//
//	tsmserver ROOT BACKUP
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "firn/bench/go/libflux"

	"github.com/influxdata/influxdb/v2"
	"github.com/influxdata/influxdb/v2/backup"
	"github.com/influxdata/influxdb/v2/bolt"
	"github.com/influxdata/influxdb/v2/kv/migration"
	"github.com/influxdata/influxdb/v2/kv/migration/all"
	"github.com/influxdata/influxdb/v2/models"
	"github.com/influxdata/influxdb/v2/storage"
	"github.com/influxdata/influxdb/v2/tenant"
	_ "github.com/influxdata/influxdb/v2/tsdb/engine"
	_ "github.com/influxdata/influxdb/v2/tsdb/index"
	"github.com/influxdata/influxdb/v2/v1/services/meta"
	"go.uber.org/zap"
)

const (
	week  = int64(7 * 24 * time.Hour)
	first = int64(1577664000) * int64(time.Second) // a Monday
	stamp = "20200120T000000Z"
)

var ctx = context.Background()

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

type server struct {
	tenants *tenant.Service
	meta    *meta.Client
	engine  *storage.Engine
}

// written is a value of the only field.
type written struct {
	organization string
	bucket       *influxdb.Bucket
	time, value  int64
}

func (s *server) createOrganization(name string) *influxdb.Organization {
	organization := &influxdb.Organization{Name: name}
	must(s.tenants.CreateOrganization(ctx, organization))
	system, _, err := s.tenants.FindBuckets(ctx, influxdb.BucketFilter{OrganizationID: &organization.ID})
	must(err)
	for _, bucket := range system { // _tasks and _monitoring
		must(s.engine.CreateBucket(ctx, bucket))
	}
	return organization
}

func (s *server) createBucket(organization *influxdb.Organization, name string) *influxdb.Bucket {
	bucket := &influxdb.Bucket{OrgID: organization.ID, Name: name, Type: influxdb.BucketTypeUser}
	must(s.tenants.CreateBucket(ctx, bucket))
	must(s.engine.CreateBucket(ctx, bucket))
	return bucket
}

func (s *server) write(bucket *influxdb.Bucket, time, value int64) {
	points, err := models.ParsePointsString(fmt.Sprintf("m,host=a v=%di %d", value, time))
	must(err)
	must(s.engine.WritePoints(ctx, bucket.OrgID, bucket.ID, points))
}

// backUp writes what `influx backup` makes of the server's answers: its manifest of buckets with the names of the archives put
// in, and its archive of each shard, packed.
func (s *server) backUp(folder string) {
	must(os.MkdirAll(folder, 0o755))
	var described bytes.Buffer
	must(backup.NewBucketManifestWriter(s.tenants, s.meta).WriteManifest(ctx, &described))
	var buckets []map[string]any
	decoder := json.NewDecoder(&described)
	decoder.UseNumber() // ids are beyond what float64 holds
	must(decoder.Decode(&buckets))
	for _, bucket := range buckets {
		for _, policy := range list(bucket["retentionPolicies"]) {
			for _, group := range list(policy["shardGroups"]) {
				for _, shard := range list(group["shards"]) {
					s.backUpShard(folder, shard)
				}
			}
		}
	}
	manifest, err := json.MarshalIndent(map[string]any{"buckets": buckets}, "", "  ")
	must(err)
	must(os.WriteFile(filepath.Join(folder, stamp+".manifest"), manifest, 0o644))
}

func list(value any) (objects []map[string]any) {
	elements, _ := value.([]any)
	for _, element := range elements {
		objects = append(objects, element.(map[string]any))
	}
	return objects
}

func (s *server) backUpShard(folder string, shard map[string]any) {
	id, err := shard["id"].(json.Number).Int64()
	must(err)
	name := fmt.Sprintf("%s.%d.tar.gz", stamp, id)
	file, err := os.Create(filepath.Join(folder, name))
	must(err)
	packer := gzip.NewWriter(file)
	must(s.engine.BackupShard(ctx, packer, uint64(id), time.Time{}))
	must(packer.Close())
	must(file.Close())
	shard["fileName"], shard["compression"] = name, "gzip"
}

func main() {
	root := os.Args[1]
	must(os.MkdirAll(root, 0o755))
	store := bolt.NewKVStore(zap.NewNop(), filepath.Join(root, "influxd.bolt"))
	must(store.Open(ctx))
	migrator, err := migration.NewMigrator(zap.NewNop(), store, all.Migrations[:]...)
	must(err)
	must(migrator.Up(ctx))
	s := &server{tenants: tenant.NewService(tenant.NewStore(store)), meta: meta.NewClient(meta.NewConfig(), store)}
	must(s.meta.Open())
	s.engine = storage.NewEngine(filepath.Join(root, "engine"), storage.NewConfig(), storage.WithMetaClient(s.meta))
	must(s.engine.Open(ctx))

	var rows []written
	for _, name := range []string{"acme", "ünïcode GmbH"} {
		organization := s.createOrganization(name)
		for _, name := range []string{"metrics", "with space"} {
			bucket := s.createBucket(organization, name)
			for i := int64(0); i < 4; i++ {
				r := written{organization.Name, bucket, first + i*week, int64(len(rows))}
				s.write(bucket, r.time, r.value)
				rows = append(rows, r)
			}
		}
		for i := 0; i < 100; i++ { // so that the metadata fill several pages
			s.createBucket(organization, fmt.Sprintf("empty %d", i))
		}
	}
	s.backUp(os.Args[2])
	for i, r := range rows {
		bucket, at := r.bucket.ID.String(), time.Unix(0, r.time)
		groups, err := s.meta.ShardGroupsByTimeRange(bucket, meta.DefaultRetentionPolicyName, at, at)
		must(err)
		deleted := i == 5
		if deleted {
			must(s.meta.DeleteShardGroup(bucket, meta.DefaultRetentionPolicyName, groups[0].ID))
		}
		must(json.NewEncoder(os.Stdout).Encode([]any{r.organization, r.bucket.Name, r.time, r.value, groups[0].Shards[0].ID, deleted}))
	}
	must(s.engine.Close())
	must(s.meta.Close())
	must(store.Close())
}
