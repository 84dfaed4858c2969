#include "simulation.h"

#include <algorithm>
#include <optional>
#include <random>

#include "client.h"
#include "foreign_writer.h"
#include "ledger.h"
#include "process.h"
#include "table_check.h"
#include "world.h"

namespace firn::faults {
namespace {

using testing::CatalogFault;
using testing::FaultFileSystem;
using testing::StorageFault;

constexpr int64_t kForeignIds = 1'000'000;
constexpr int64_t kPulledIds = 2'000'000;
constexpr int64_t kRowsOfAWindow = 4;
constexpr int kClients = 3;
constexpr size_t kMostSites = 3;
constexpr int kLastAttempts = 20;
constexpr char kSecondNamespace[] = "copies";

/// A state folder, and the process that lives on it now and then.
struct Site {
  std::string folder;
  std::unique_ptr<Process> process = nullptr;
  bool superseded = false;  ///< it has ended, and its supervisor does not start it again
  int asleep = 0;           ///< steps for which it is stopped
};

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed), weather_(ChooseWeather(random_)), world_(seed) {
    result_.weather = weather_;
    options_.memory_bytes = weather_.little_memory ? 3'000 : 64 << 20;
    options_.handoff_bytes = Chance(30) ? 1 : 1 << 20;
    options_.expire_every_commits = Chance(30) ? 3 : 100;
    sites_.push_back(std::make_unique<Site>(Site{.folder = world_.state()}));
    if (weather_.second_output && !weather_.joins_later) AddSecondOutput();
    for (int i = 0; i < kClients; ++i) clients_.emplace_back(Client::Retries::kByteForByte);
    clients_.emplace_back(Client::Retries::kCutAnew);
  }

  SimulationResult Run() {
    for (int step = 0; step < weather_.steps; ++step) Step();
    Finish();
    return std::move(result_);
  }

 private:
  bool Chance(uint64_t percent) { return faults::Chance(random_, percent); }
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  template <typename... Args>
  void Trace(fmt::format_string<Args...> format, Args&&... args) {
    result_.trace.push_back(WithoutNamesOfThisRun(fmt::format(format, std::forward<Args>(args)...)));
  }
  /// The machine's folder and the names of temporary files are other ones each time.
  std::string WithoutNamesOfThisRun(std::string text) const {
    for (size_t at; (at = text.find(world_.folder)) != std::string::npos;) text.erase(at, world_.folder.size());
    for (size_t at = 0; (at = text.find("/.firn-", at)) != std::string::npos; ++at) {
      text.erase(at + 1, text.find(".tmp", at) - at - 1);
    }
    return text;
  }
  static int64_t FirstIdOf(int64_t window) { return kPulledIds + window * kRowsOfAWindow; }
  static std::string Words(const Status& status) { return status.ok() ? "ok" : status.error().message(); }

  void Step() {
    Site* const site = ChooseSite();
    if (site == nullptr) return world_.clock.Advance(std::chrono::seconds(1));
    if (!site->process) return StartProcess(*site);
    const uint64_t dice = Below(100);
    if (dice < 50) {
      SendOrPull(*site);
    } else if (dice < 75) {
      Flush(*site);
    } else if (dice < 82) {
      world_.clock.Advance(std::chrono::milliseconds(Below(5'000)));
    } else if (dice < 86 && weather_.clock_jumps) {
      JumpClock();
    } else if (dice < 90 && weather_.copies) {
      CopyOrStop(*site);
    } else if (dice < 91 && weather_.joins_later && options_.namespaces.size() == 1) {
      Redeploy();
    } else if (dice < 94 && weather_.foreign_writers) {
      ActAsForeigner();
    } else if (weather_.crashes) {
      Crash();
    }
    AfterStep();
  }

  void AddSecondOutput() {
    options_.namespaces.emplace_back(kSecondNamespace);
    before_second_output_ = {next_id_, asked_window_};
  }

  /// All processes end, and have a second output when they are started again. It gets no part of what came before.
  void Redeploy() {
    AddSecondOutput();
    Trace("a second output is configured");
    for (const auto& site : sites_) site->process.reset();
    world_.Restart(std::nullopt);
  }

  /// One that may do something now; null when all are asleep or have ended.
  Site* ChooseSite() {
    std::vector<Site*> awake;
    for (const auto& site : sites_) {
      if (site->asleep > 0) {
        --site->asleep;
      } else if (!site->superseded) {
        awake.push_back(site.get());
      }
    }
    return awake.empty() ? nullptr : awake[Below(awake.size())];
  }

  size_t NumberOf(const Site& site) const {
    const auto it = std::find_if(sites_.begin(), sites_.end(), [&](const auto& each) { return each.get() == &site; });
    return static_cast<size_t>(it - sites_.begin());
  }

  bool AnyAlive() const {
    return std::any_of(sites_.begin(), sites_.end(), [](const auto& site) { return site->process != nullptr; });
  }

  /// What the step may have brought about: the machine is off, or a process wants to end.
  void AfterStep() {
    if (world_.disk.is_off()) return Crash();
    for (const auto& site : sites_) {
      if (!site->process || !site->process->fatal().has_value()) continue;
      site->superseded = site->process->superseded() && !finishing_;
      Trace("process {} ends{}: {}", NumberOf(*site), site->superseded ? " for good" : "",
            Words(*site->process->fatal()));
      End(*site);
    }
  }

  void End(Site& site) {
    site.process.reset();
    if (!AnyAlive()) world_.Restart(std::nullopt);
  }

  void Crash() {
    if (!world_.disk.is_off()) {
      world_.disk.StopAtCall(std::max<uint64_t>(world_.disk.calls(), 1), FaultFileSystem::Effect::kNone);
    }
    for (const auto& site : sites_) site->process.reset();
    std::optional<uint64_t> power_loss;
    if (Chance(70)) power_loss = random_();
    Trace("{}", power_loss ? "power loss" : "kill");
    world_.Restart(power_loss);
    world_.clock.Advance(std::chrono::seconds(1));
  }

  void StartProcess(Site& site) {
    if (weather_.crashes && Chance(25)) StopSoon(80);
    ++result_.restarts;
    ProcessOptions options = options_;
    options.state_folder = site.folder;
    auto started = Process::Start(world_, options);
    Trace("process {} starts: {}", NumberOf(site), Words(started.status()));
    if (started.ok()) site.process = std::move(*started);
    if (world_.disk.is_off()) return Crash();
    if (!started.ok()) return End(site);
    SetFaults(site);
    AfterStep();
  }

  /// A machine is cloned, a backup restored; or a process is stopped for a while.
  void CopyOrStop(Site& site) {
    if (sites_.size() == kMostSites || Chance(40)) {
      site.asleep = 1 + static_cast<int>(Below(12));
      return Trace("process {} is stopped for {} steps", NumberOf(site), site.asleep);
    }
    const std::string folder = fmt::format("{}/copy{}", world_.folder, sites_.size());
    const uint64_t last_segment = Chance(60) ? 100 : Below(100);
    const Status copied = world_.CopyState(site.folder, folder, last_segment);
    Trace("state {} is copied to {} ({} % of its last segment): {}", NumberOf(site), sites_.size(), last_segment,
          Words(copied));
    if (copied.ok()) sites_.push_back(std::make_unique<Site>(Site{.folder = folder}));
  }

  void StopSoon(uint64_t within) {
    const auto effect = static_cast<FaultFileSystem::Effect>(Below(3));
    const uint64_t call = world_.disk.calls() + 1 + Below(within);
    world_.disk.StopAtCall(call, effect);
    Trace("  the machine goes off at call {} (effect {})", call, static_cast<int>(effect));
  }

  void FailSoon(uint64_t within) {
    static constexpr ErrorKind kKinds[] = {ErrorKind::kUnavailable, ErrorKind::kResourceExhausted,
                                           ErrorKind::kUnauthorized};
    const uint64_t call = world_.disk.calls() + 1 + Below(within);
    world_.disk.FailCall(call, kKinds[Below(std::size(kKinds))]);
    Trace("  call {} of the disk fails", call);
  }

  void SendOrPull(Site& site) {
    if (weather_.pulls && Chance(40)) {
      (void)Pull(site);
      return;
    }
    std::vector<Client*> senders;
    for (Client& client : clients_) {
      if (!client.waits() || client.site == NumberOf(site)) senders.push_back(&client);
    }
    std::shuffle(senders.begin(), senders.end(), random_);
    if (!senders.empty()) senders.resize(Chance(60) ? 1 : 1 + Below(senders.size()));
    Send(site, senders);
  }

  void Send(Site& site, const std::vector<Client*>& senders) {
    if (senders.empty()) return;
    if (weather_.crashes && Chance(10)) StopSoon(12);
    if (weather_.disk_faults && Chance(10)) FailSoon(8);
    std::vector<std::string> bodies;
    for (Client* client : senders) {
      const int64_t first_new = next_id_;
      client->site = NumberOf(site);
      bodies.push_back(client->NextBody(random_, next_id_, ledger_));
      result_.rows += static_cast<size_t>(next_id_ - first_new);
    }
    // A second client, or a proxy in between, sends one of the bodies too.
    if (senders.size() > 1 && Chance(20)) bodies.push_back(bodies[Below(bodies.size())]);
    const std::vector<Status> answers =
        bodies.size() == 1 ? std::vector<Status>{site.process->Send(bodies[0])} : site.process->SendTogether(bodies);
    for (size_t i = 0; i < senders.size(); ++i) {
      const bool heard = !Chance(20);
      Trace("client {} sends rows {}.. to {}: {}{}", senders[i] - clients_.data(), senders[i]->first_id(),
            NumberOf(site), Words(answers[i]), heard ? "" : " (answer lost)");
      senders[i]->Hear(answers[i].ok() && heard, ledger_);
    }
  }

  /// The window behind the last that was handed over: a new one, or one that a crash took back.
  Status Pull(Site& site) {
    const int64_t window = site.process->last_window() + 1;
    std::string lines;
    for (int64_t i = 0; i < kRowsOfAWindow; ++i) {
      const int64_t id = FirstIdOf(window) + i;
      if (window > asked_window_) ledger_.Sent(id);
      lines += LineOf(id);
    }
    if (window > asked_window_) result_.rows += kRowsOfAWindow;
    asked_window_ = std::max(asked_window_, window);
    const bool breaks_off = Chance(15) && !finishing_;
    if (weather_.crashes && Chance(10)) StopSoon(12);
    const Status pulled =
        site.process->Pull(window, lines, breaks_off ? Process::AnswerEnd::kBreaksOff : Process::AnswerEnd::kGood);
    Trace("window {} of {}: {}{}", window, NumberOf(site), Words(pulled), breaks_off ? " (breaks off)" : "");
    return pulled;
  }

  void Flush(Site& site) {
    if (!in_commit_ && weather_.crashes && Chance(30)) StopSoon(250);
    if (!in_commit_ && weather_.disk_faults && Chance(30)) FailSoon(200);
    const bool outer = std::exchange(faults_on_, true);
    const size_t output = site.process->outputs() > 1 ? Below(site.process->outputs()) : 0;
    const Status flushed = site.process->Flush(output);
    faults_on_ = outer;
    Trace("flush of {}, output {}: {}", NumberOf(site), output, Words(flushed));
  }

  void JumpClock() {
    const int64_t seconds = static_cast<int64_t>(Below(7'200)) - 3'600;
    world_.clock.JumpTo(world_.clock.NowNs() + seconds * 1'000'000'000);
    Trace("the wall clock jumps by {} s", seconds);
  }

  void SetFaults(Site& site) {
    OpenedWarehouse& warehouse = site.process->warehouse();
    warehouse.catalog->SetDecide([this, &site](const std::string& call) { return NextCatalogFault(site, call); });
    warehouse.storage->SetDecide(
        [this](const std::string& call, const std::string& location) { return NextStorageFault(call, location); });
  }

  CatalogFault NextCatalogFault(const Site& site, const std::string& call) {
    if (!faults_on_ || world_.disk.is_off()) return {};
    if (call == "commit" && weather_.foreign_writers && Chance(10)) ActAsForeigner();
    if (call == "commit" && weather_.copies && !in_commit_ && Chance(20)) LetAnotherCommit(site);
    if (!weather_.catalog_faults || !Chance(15)) return {};
    const CatalogFault fault = ChooseCatalogFault(random_, call);
    Trace("  catalog: {} meets effect {}, {}", call, static_cast<int>(fault.effect), ErrorKindName(fault.kind));
    return fault;
  }

  /// While `site` is between its check and its commit.
  void LetAnotherCommit(const Site& site) {
    in_commit_ = true;
    for (const auto& other : sites_) {
      if (other.get() != &site && other->process && !other->process->fatal().has_value()) Flush(*other);
    }
    in_commit_ = false;
  }

  StorageFault NextStorageFault(const std::string& call, const std::string& location) {
    if (!faults_on_ || world_.disk.is_off() || !weather_.storage_faults || !Chance(5)) return {};
    const StorageFault fault = ChooseStorageFault(random_, call);
    Trace("  storage: {} of …{} meets effect {}", call,
          location.substr(location.size() - std::min<size_t>(location.size(), 12)), static_cast<int>(fault.effect));
    return fault;
  }

  void ActAsForeigner() {
    const bool faults = std::exchange(faults_on_, false);
    const std::string table = TableOf(static_cast<int64_t>(Below(2)));
    const uint64_t dice = Below(100);
    if (dice < 50) {
      const std::vector<int64_t> ids = {next_foreign_id_++, next_foreign_id_++};
      for (const int64_t id : ids) ledger_.Sent(id);
      const Status done = foreigner_.Append(ids);
      if (done.ok()) std::for_each(ids.begin(), ids.end(), [this](int64_t id) { ledger_.Acknowledged(id); });
      Trace("  foreign append of {}..: {}", ids.front(), Words(done));
    } else if (dice < 70) {
      const std::string column = fmt::format("extra{}", Below(4));
      Trace("  foreign column {} in {}: {}", column, table, Words(foreigner_.AddColumn(table, column)));
    } else if (dice < 80) {
      const std::string column = fmt::format("extra{}", Below(4));
      Trace("  foreign drop of column {} in {}: {}", column, table, Words(foreigner_.DropColumn(table, column)));
    } else if (dice < 92) {
      Trace("  foreign expiry in {}: {}", table, Words(foreigner_.ExpireSnapshots(table, 1)));
    } else if (weather_.foreign_drops) {
      const auto gone = foreigner_.DropTable(table);
      if (gone.ok()) {
        for (const StoredRow& row : *gone) ledger_.Gone(row.id);
        dropped_ = true;
      }
      Trace("  foreign drop of {}: {}", table, gone.ok() ? fmt::format("{} rows", gone->size()) : Words(gone.status()));
    }
    faults_on_ = faults;
  }

  /// The weather clears up: everything that is owed must arrive, and then it is counted. Of copies one after another,
  /// as whoever starts is the newest.
  void Finish() {
    weather_ = Weather{.steps = weather_.steps};
    finishing_ = true;
    for (Client& client : clients_) client.StopAdding();
    for (int64_t id = FirstIdOf(1); id < FirstIdOf(asked_window_ + 1); ++id) {
      ledger_.Acknowledged(id);
    }
    for (const auto& site : sites_) {
      for (const auto& other : sites_) {
        if (other != site) EndForGood(*other);
      }
      for (int attempt = 0; attempt < kLastAttempts && !IsAllDone(*site); ++attempt) FinishSite(*site);
      if (!IsAllDone(*site)) Problem(fmt::format("no progress of {} although all faults are over", NumberOf(*site)));
    }
    for (const auto& site : sites_) EndForGood(*site);
    Check();
  }

  void EndForGood(Site& site) {
    if (!site.process) return;
    site.process->warehouse().catalog->ApplyLate();
    End(site);
  }

  void FinishSite(Site& site) {
    if (!site.process) StartProcess(site);
    for (Client& client : clients_) {
      if (site.process && client.waits() && client.site == NumberOf(site)) Send(site, {&client});
    }
    while (site.process && site.process->last_window() < asked_window_ && Pull(site).ok()) {
    }
    for (size_t output = 0; site.process && output < site.process->outputs(); ++output) {
      const Status flushed = site.process->Flush(output);
      Trace("last flush of {}, output {}: {}", NumberOf(site), output, Words(flushed));
    }
    AfterStep();
    world_.clock.Advance(std::chrono::seconds(1));
  }

  bool IsAllDone(const Site& site) const {
    return site.process && site.process->IsDrained() && site.process->durable_window() >= asked_window_ &&
           std::none_of(clients_.begin(), clients_.end(),
                        [&](const Client& client) { return client.waits() && client.site == NumberOf(site); });
  }

  void Check() {
    const std::unique_ptr<Random> random = world_.NewRandom();
    const auto warehouse = world_.OpenWarehouse(*random);
    if (!warehouse.ok()) return Problem(warehouse.error().message());
    std::set<std::string> referenced;
    for (const std::string& name_space : options_.namespaces) {
      auto findings = CheckTables(*warehouse->storage, *warehouse->catalog, {name_space});
      if (!findings.ok()) return Problem(findings.error().message());
      for (const std::string& problem : findings->problems) Problem(problem);
      const Ledger owed = name_space == kSecondNamespace ? LedgerOfSecondOutput() : ledger_;
      for (const std::string& problem : owed.Compare(findings->rows)) Problem(name_space + ": " + problem);
      referenced.merge(findings->referenced);
    }
    auto orphans = FindOrphans(*warehouse->storage, world_.warehouse(), referenced);
    if (!orphans.ok()) return Problem(orphans.error().message());
    result_.orphans = std::move(*orphans);
    const Weather& all = result_.weather;
    const bool calm = !all.crashes && !all.disk_faults && !all.catalog_faults && !all.storage_faults && !all.copies &&
                      !all.joins_later && !dropped_;
    // Where every call has had its answer, nothing may be left behind: Firn cleans up after itself.
    if (calm && !result_.orphans.empty()) {
      Problem(fmt::format("{} files are left that nothing references: {}", result_.orphans.size(),
                          result_.orphans.front()));
    }
  }

  Ledger LedgerOfSecondOutput() const {
    Ledger owed = ledger_.ForOthers(kForeignIds, kPulledIds);
    for (int64_t id = 0; id < before_second_output_.id; ++id) owed.Gone(id);
    for (int64_t id = kPulledIds; id < FirstIdOf(before_second_output_.window + 1); ++id) owed.Gone(id);
    return owed;
  }

  void Problem(std::string problem) { result_.problems.push_back(std::move(problem)); }

  SimulationResult result_;
  std::mt19937_64 random_;
  Weather weather_;
  World world_;
  ForeignWriter foreigner_{world_};
  ProcessOptions options_;
  std::vector<std::unique_ptr<Site>> sites_;
  std::vector<Client> clients_;
  Ledger ledger_;
  int64_t next_id_ = 0;
  int64_t next_foreign_id_ = kForeignIds;
  int64_t asked_window_ = 0;  ///< the highest
  struct {
    int64_t id = 0;
    int64_t window = 0;
  } before_second_output_;  ///< the first row behind, the last window before
  bool finishing_ = false;
  bool faults_on_ = false;
  bool in_commit_ = false;  ///< of a process, while another acts
  bool dropped_ = false;
};

}  // namespace

SimulationResult Simulate(uint64_t seed) {
  return Simulation(seed).Run();
}

}  // namespace firn::faults
