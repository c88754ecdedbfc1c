#include "server/rpc/call_runner.h"

#include <json/value.h>

#include <memory>
#include <utility>

#include "server/base/log.h"
#include "server/rpc/json_rpc.h"
#include "server/rpc/session_resolver.h"

namespace ms::rpc {
namespace {

LogCategory kLog("KurentoServerMethods");

// Who is left with it last answers for all.
class OneAnswer {
 public:
  OneAnswer(Loop& control, OnResult done) : control_(control), done_(std::move(done)) {}
  ~OneAnswer() { give(std::unexpected(unexpectedError("the call ended without an answer"))); }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  void give(model::Result result) {
    if (!done_) return;
    control_.post([done = std::exchange(done_, nullptr), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

 private:
  Loop& control_;
  OnResult done_;
};

void runHere(const model::ObjectPtr& object, model::Call& call,
             const std::shared_ptr<OneAnswer>& answer) {
  try {
    if (object->isClosed()) throw objectNotFound(object->id());
    call(*object, [answer](model::Result result) { answer->give(std::move(result)); });
  } catch (const model::ApiError& error) {
    answer->give(std::unexpected(error));
  } catch (const std::exception& error) {
    MS_LOG(kLog, Error, "call on " << object->id() << ": " << error.what());
    answer->give(std::unexpected(unexpectedError(error.what())));
  }
}

}  // namespace

void runCall(Loop& control, model::ObjectPtr object, model::Call call, OnResult done) {
  auto answer = std::make_shared<OneAnswer>(control, std::move(done));
  Loop& loop = object->loop();
  loop.post([object = std::move(object), call = std::move(call),
             answer = std::move(answer)]() mutable { runHere(object, call, answer); });
}

}  // namespace ms::rpc
