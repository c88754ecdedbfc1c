#include "server/rpc/transaction.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace ms::rpc {
namespace {

using model::ApiError;
using model::ErrorCode;

constexpr std::string_view kReference = "newref:";

ApiError malformed(const std::string& message) {
  return {ErrorCode::MalformedTransaction, message};
}

// As JsonCpp converts: null is 0, 1.2 is 1, strings are no numbers.
bool convertsTo(const Json::Value& id, Json::ArrayIndex wanted) {
  return id.isConvertibleTo(Json::intValue) && id.asInt() == static_cast<int>(wanted);
}

}  // namespace

Transaction::Transaction(Json::Value operations, std::string session, const RpcLimits& limits,
                         Run run, OnResult done)
    : operations_(std::move(operations)),
      session_(std::move(session)),
      limits_(limits),
      run_(std::move(run)),
      done_(std::move(done)) {}

void Transaction::start() {
  if (operations_.size() > limits_.transaction_operations) {
    return done_(
        std::unexpected(malformed("A transaction has at most " +
                                  std::to_string(limits_.transaction_operations) + " operations")));
  }
  advance();
}

// A loop, not a recursion: operations that answer at once would fill the stack.
void Transaction::advance() {
  if (std::exchange(is_advancing_, true)) return;
  try {
    while (!is_waiting_ && !has_failed_ && next_ < operations_.size()) runNext();
  } catch (const ApiError& error) {
    return done_(std::unexpected(error));
  } catch (const std::exception& error) {
    return done_(std::unexpected(unexpectedError(error.what())));
  }
  is_advancing_ = false;
  if (!is_waiting_) done_(std::move(replies_));
}

void Transaction::runNext() {
  Json::Value operation = std::move(operations_[next_]);
  checkId(operation);
  if (operation.isObject()) {
    operation["id"] = static_cast<int>(next_);
    replaceReferences(operation["params"]);
  }
  auto request = readRequest(std::move(operation));
  is_waiting_ = true;
  if (!request) return onReply(std::unexpected(request.error().error));
  Json::Value& params = request->params;
  if (params.isNull() || params.isObject()) params["sessionId"] = session_;
  run_(std::move(*request),
       [self = shared_from_this()](model::Result outcome) { self->onReply(std::move(outcome)); });
}

void Transaction::checkId(const Json::Value& operation) const {
  const Json::Value id = operation.isObject() ? operation["id"] : Json::Value();
  if (convertsTo(id, next_)) return;
  const std::string wanted = "'" + std::to_string(next_) + "'";
  throw malformed("Id of request " + wanted + " should be " + wanted);
}

void Transaction::replaceReferences(Json::Value& value) {
  if (value.isArray() || value.isObject()) {
    for (Json::Value& member : value) replaceReferences(member);
    return;
  }
  if (!value.isString()) return;
  const std::string text = value.asString();
  if (!text.starts_with(kReference) || text.size() == kReference.size()) return;
  const Json::Value& result = resultOf(text.substr(kReference.size()));
  replaced_bytes_ += result.isString() ? result.asString().size() : writeJson(result).size();
  if (replaced_bytes_ > limits_.message_bytes) {
    throw malformed("A transaction's references stand for more than " +
                    std::to_string(limits_.message_bytes) + " bytes");
  }
  value = result;
}

const Json::Value& Transaction::resultOf(const std::string& index) const {
  std::uint32_t number = 0;
  const char* const end = index.data() + index.size();
  const auto [stop, error] = std::from_chars(index.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw malformed("Invalid index of newref '" + index + "'");
  }
  const Json::Value* value = nullptr;
  if (number < replies_.size()) value = &std::as_const(replies_)[number]["result"]["value"];
  if (!value || value->isNull()) throw malformed("Result not found on request " + index);
  return *value;
}

void Transaction::onReply(model::Result outcome) {
  is_waiting_ = false;
  has_failed_ = !outcome;
  const Json::Value id = static_cast<int>(next_);
  replies_.append(outcome ? makeResult(id, std::move(*outcome)) : makeError(id, outcome.error()));
  ++next_;
  advance();
}

}  // namespace ms::rpc
