#include "checker/certificate_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "base/crc32c.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "checker/certificate.hpp"

namespace riptide::checker {

namespace {

using Json = nlohmann::ordered_json;
using history::Operation;
using history::Value;

constexpr int kVersion = 2;

Json value_json(const Value& value) { return Json::parse(value.json(), nullptr, false); }

Value value_of(const Json& json) {
  auto value = Value::from_json(json.dump());
  if (!value) throw std::invalid_argument(value.error().text());
  return std::move(*value);
}

// Below, a field that is missing or of another type throws; read_certificates() catches it.

Model model_of(const Json& json) {
  auto found = find_model(json.at("name").get<std::string>());
  if (!found) throw std::invalid_argument(found.error().text());
  Model model = std::move(*found);
  model.initial = value_of(json.at("initial"));
  model.permits = json.at("permits").get<std::int64_t>();
  model.failed_cas_observes = json.at("failed_cas_observes").get<bool>();
  model.nil_read_matches_any = json.at("nil_reads_say_nothing").get<bool>();
  return model;
}

CertificateFile file_of(const Json& json) {
  CertificateFile file;
  file.model = model_of(json.at("model"));
  file.history.operations = json.at("history").at("operations").get<std::uint64_t>();
  file.history.crc32c = json.at("history").at("crc32c").get<std::uint32_t>();
  for (const Json& one : json.at("certificates")) {
    file.certificates.push_back({.key = value_of(one.at("key")),
                                 .order = one.at("order").get<std::vector<history::OpIndex>>()});
  }
  return file;
}

/// The first reason for which the file proves nothing; nothing when it proves every part.
std::optional<std::string> refusal(const history::History& history, const CertificateFile& file,
                                   Evidence& evidence) {
  const Fingerprint here = fingerprint(history);
  if (!(here == file.history)) {
    return fmt::format(
        "the certificates are of another history: that one has {} operations with checksum {:08x}, "
        "this one has {} with checksum {:08x}",
        format_count(file.history.operations), file.history.crc32c, format_count(here.operations),
        here.crc32c);
  }
  const CertificateValidator validator(history, file.model);
  std::set<Value> seen;
  std::size_t needed = 0;
  for (const Certificate& certificate : file.certificates) {
    if (!seen.insert(certificate.key).second) {
      return fmt::format("there are two certificates of key {}", certificate.key.json());
    }
    if (auto why = validator.validate(certificate)) {
      return fmt::format("the certificate of key {} is refused: {}", certificate.key.json(), *why);
    }
    if (validator.needs(certificate.key)) ++needed;
  }
  evidence.keys = needed;
  if (needed == validator.keys()) return std::nullopt;
  for (const Operation& operation : history.operations) {
    if (!validator.needs(operation.key) || seen.contains(operation.key)) continue;
    return fmt::format("{} of {} keys have no certificate, key {} among them",
                       format_count(validator.keys() - needed), format_count(validator.keys()),
                       operation.key.json());
  }
  return "a certificate is missing";
}

}  // namespace

Fingerprint fingerprint(const history::History& history) {
  Fingerprint print{.operations = history.operations.size()};
  std::string text;
  for (const Operation& o : history.operations) {
    text.clear();
    fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {} {} {}\n", o.process.value(),
                   o.f.name(), history::name(o.outcome), o.invoke_ns, o.complete_ns, o.key.json(),
                   o.input.json(), o.output.json());
    print.crc32c = crc32c(text, print.crc32c);
  }
  return print;
}

std::string certificates_json(const history::History& history, const Model& model,
                              const std::vector<Certificate>& certificates) {
  const Fingerprint print = fingerprint(history);
  Json json = {{"version", kVersion},
               {"model",
                {{"name", model.info.name},
                 {"initial", value_json(model.initial)},
                 {"permits", model.permits},
                 {"failed_cas_observes", model.failed_cas_observes},
                 {"nil_reads_say_nothing", model.nil_reads_say_nothing()}}},
               {"history", {{"operations", print.operations}, {"crc32c", print.crc32c}}},
               {"certificates", Json::array()}};
  for (const Certificate& certificate : certificates) {
    json["certificates"].push_back(
        {{"key", value_json(certificate.key)}, {"order", certificate.order}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<CertificateFile> read_certificates(std::string_view text, std::string_view name) {
  const auto damaged = [&](std::string why) {
    return fail(std::string(name) + " holds no certificates that Riptide can read")
        .because(std::move(why))
        .fix("Make it again from the history with `riptide check --certificate`.");
  };
  try {
    const Json json = Json::parse(text);
    if (!json.is_object()) return damaged("it is not a JSON object");
    if (json.value("version", 0) != kVersion) {
      return damaged("its version is " + json.value("version", Json()).dump() + ", not " +
                     std::to_string(kVersion));
    }
    return file_of(json);
  } catch (const std::exception& problem) {
    return damaged(problem.what());
  }
}

Check verify(const history::History& history, const CertificateFile& file) {
  const MonoTime start = mono_now();
  Check check{.name = "certificate"};
  check.evidence.algorithm = "certificates validated by code that shares nothing with the search";
  check.evidence.operations = history.operations.size();
  if (auto why = refusal(history, file, check.evidence)) {
    check.verdict = Word::error;
    check.reason = std::move(*why);
  } else if (check.evidence.keys == 0) {
    check.verdict = Word::vacuous;
    check.reason = "no operation completed, so that there was nothing to prove";
  } else {
    check.verdict = Word::valid;
    check.evidence.certificate_validated = true;
    const std::uint64_t keys = check.evidence.keys;
    check.reason = fmt::format("{} {} an order that the model {} accepts", format_count(keys),
                               keys == 1 ? "key has" : "keys have each", file.model.info.name);
  }
  check.evidence.seconds = static_cast<double>((mono_now() - start).count()) / 1e9;
  return check;
}

}  // namespace riptide::checker
