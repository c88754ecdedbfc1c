// For tests: one agent on a worker, what it told, and a way to wait for it.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "server/net/ice_agent.h"
#include "server/net/worker_loops.h"

namespace ms::net {

inline constexpr auto kPatience = std::chrono::seconds(20);

inline IceConfig onLoopback() {
  IceConfig config;
  config.interfaces = {"lo"};
  return config;
}

// Made on any thread; the fields are read and written on the worker only.
class IceTestPeer : public IceObserver {
 public:
  IceTestPeer(Worker& worker, IceConfig config) : worker_(worker) {
    onLoop([&] { agent = std::make_unique<IceAgent>(worker_, std::move(config), *this); });
  }
  ~IceTestPeer() override {
    onLoop([&] { agent.reset(); });
  }

  void onLoop(Task task) { worker_.loop().runAndWait(std::move(task)); }

  // What `question` gives on the worker.
  template <class Question>
  auto ask(Question question) {
    decltype(question()) answer{};
    onLoop([&] { answer = question(); });
    return answer;
  }

  // Whether `condition`, asked on the worker after each event, holds in time.
  bool waitFor(std::function<bool()> condition, std::chrono::seconds patience = kPatience) {
    auto reached = std::make_shared<std::promise<void>>();
    auto future = reached->get_future();
    onLoop([&] {
      condition_ = std::move(condition);
      reached_ = std::move(reached);
      maybeReached();
    });
    return future.wait_for(patience) == std::future_status::ready;
  }
  bool waitForState(IceState state, std::chrono::seconds patience = kPatience) {
    return waitFor([=, this] { return !states.empty() && states.back() == state; }, patience);
  }

  void onIceCandidate(const ice::Candidate& candidate) override {
    candidates.push_back(candidate);
    if (forward) forward(candidate);
    maybeReached();
  }
  void onIceGatheringDone() override {
    log.push_back("GATHERING DONE");
    maybeReached();
  }
  void onIceState(IceState state) override {
    states.push_back(state);
    log.push_back(nameOf(state));
    maybeReached();
  }
  void onIceSelectedPair(const ice::Candidate& local, const ice::Candidate& remote) override {
    log.push_back("PAIR");
    selected_local = local;
    selected_remote = remote;
    maybeReached();
  }
  void onIceDatagram(MutableBytes datagram, Timestamp) override {
    datagrams.emplace_back(datagram.begin(), datagram.end());
    if (react) react();
    maybeReached();
  }

  std::unique_ptr<IceAgent> agent;
  std::function<void(const ice::Candidate&)> forward;
  std::function<void()> react;
  std::vector<ice::Candidate> candidates;
  std::vector<IceState> states;
  std::vector<std::string> log;
  std::vector<std::string> datagrams;
  ice::Candidate selected_local;
  ice::Candidate selected_remote;

 private:
  void maybeReached() {
    if (!reached_ || !condition_()) return;
    reached_->set_value();
    reached_.reset();
  }

  Worker& worker_;
  std::function<bool()> condition_;
  std::shared_ptr<std::promise<void>> reached_;
};

inline Bytes bytesOf(std::string_view text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

using CandidateFilter = std::function<bool(const ice::Candidate&)>;

inline bool everything(const ice::Candidate&) { return true; }
inline bool isUdp(const ice::Candidate& candidate) {
  return candidate.transport == ice::Transport::Udp;
}
inline bool isTcp(const ice::Candidate& candidate) {
  return candidate.transport == ice::Transport::Tcp;
}

// A controlling and a controlled agent, each on a worker of its own.
struct IceTestPair {
  explicit IceTestPair(IceConfig config = onLoopback(), CandidateFilter wanted = everything)
      : first(first_worker, withRole(config, IceRole::Controlling)),
        second(second_worker, withRole(config, IceRole::Controlled)) {
    trickle(first, second, second_worker, wanted);
    trickle(second, first, first_worker, wanted);
  }
  ~IceTestPair() {
    first.onLoop([&] { first.forward = nullptr; });
    second.onLoop([&] { second.forward = nullptr; });
  }

  static IceConfig withRole(IceConfig config, IceRole role) {
    config.role = role;
    return config;
  }
  static void trickle(IceTestPeer& from, IceTestPeer& to, Worker& worker, CandidateFilter wanted) {
    from.forward = [&to, &worker, wanted](const ice::Candidate& candidate) {
      if (wanted(candidate))
        worker.loop().post([&to, candidate] {
          if (to.agent) (void)to.agent->addRemoteCandidate(candidate);
        });
    };
  }

  static ice::Credentials credentialsOf(IceTestPeer& peer) {
    return peer.ask([&] { return peer.agent->localCredentials(); });
  }
  void exchangeCredentials() {
    const auto of_first = credentialsOf(first), of_second = credentialsOf(second);
    first.onLoop([&] { first.agent->setRemoteCredentials(of_second); });
    second.onLoop([&] { second.agent->setRemoteCredentials(of_first); });
  }
  void gather() {
    first.onLoop([&] { first.agent->gather(); });
    second.onLoop([&] { second.agent->gather(); });
  }
  bool isReady() {
    return first.waitForState(IceState::Ready) && second.waitForState(IceState::Ready);
  }
  bool connect() {
    exchangeCredentials();
    gather();
    return isReady();
  }

  bool sendsBothWays() {
    first.onLoop([&] { first.agent->send(bytesOf("from the first")); });
    second.onLoop([&] { second.agent->send(bytesOf("from the second")); });
    return first.waitFor([&] {
      return first.datagrams == std::vector<std::string>{"from the second"};
    }) && second.waitFor([&] {
      return second.datagrams == std::vector<std::string>{"from the first"};
    });
  }

  Worker first_worker{"first"}, second_worker{"second"};
  IceTestPeer first, second;
};

}  // namespace ms::net
