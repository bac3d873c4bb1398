#include "checker/certificate_json.hpp"

#include <gtest/gtest.h>

#include "tests/checker/brute_force.hpp"

namespace riptide::checker::testing {
namespace {

History two_keys() {
  Script script;
  script.write(0, 1, 2, 1).read(1, 3, 4, 1);
  script.key("b").write(0, 5, 6, Value("x")).cas(1, 7, 8, Value("x"), Value("y"));
  return script.history();
}

Check checked(const History& history, const Model& model = default_model()) {
  LinearizableOptions options{.model = model, .keep_certificates = true};
  options.limits.memory_bytes = 64 << 20;
  auto check = check_linearizable(history, options);
  EXPECT_TRUE(check.has_value());
  return std::move(*check);
}

CertificateFile written_and_read(const History& history, const Model& model = default_model()) {
  const std::string text = certificates_json(history, model, checked(history, model).certificates);
  auto file = read_certificates(text, "certificate.json");
  EXPECT_TRUE(file.has_value()) << file.error().text();
  return std::move(*file);
}

TEST(CertificateFile, WhatWasWrittenIsReadAndVerifiedAgain) {
  const CertificateFile file = written_and_read(two_keys());
  EXPECT_EQ(file.certificates.size(), 2u);
  EXPECT_EQ(file.model.info.name, "cas-register");
  const Check check = verify(two_keys(), file);
  EXPECT_EQ(check.verdict, Word::valid) << check.reason;
  EXPECT_EQ(check.name, "certificate");
  EXPECT_TRUE(check.evidence.certificate_validated);
  EXPECT_EQ(check.evidence.keys, 2u);
}

TEST(CertificateFile, TheModelComesBackWithItsOptions) {
  Model model = default_model();
  model.initial = Value(7);
  model.permits = 3;
  model.failed_cas_observes = true;
  const std::string text = certificates_json(two_keys(), model, {});
  const auto file = read_certificates(text, "c");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(file->model.initial, Value(7));
  EXPECT_EQ(file->model.permits, 3);
  EXPECT_TRUE(file->model.failed_cas_observes);
  EXPECT_TRUE(file->model.nil_reads_say_nothing());
}

TEST(CertificateFile, CertificatesOfAnotherHistoryAreRefused) {
  History other = two_keys();
  other.operations[0].complete_ns += 1;
  const Check check = verify(other, written_and_read(two_keys()));
  EXPECT_EQ(check.verdict, Word::error);
  EXPECT_NE(check.reason.find("of another history"), std::string::npos) << check.reason;
}

TEST(CertificateFile, EveryFieldThatAVerdictDependsOnChangesTheFingerprint) {
  const Fingerprint print = fingerprint(two_keys());
  for (int field = 0; field < 7; ++field) {
    History other = two_keys();
    Operation& operation = other.operations[1];
    if (field == 0) operation.output = Value(2);
    if (field == 1) operation.input = Value(2);
    if (field == 2) operation.key = Value(2);
    if (field == 3) operation.process = history::Process(9);
    if (field == 4) operation.invoke_ns = 2;
    if (field == 5) operation.outcome = Type::info;
    if (field == 6) operation.f = history::Symbol("write");
    EXPECT_FALSE(fingerprint(other) == print) << field;
  }
}

TEST(CertificateFile, AMissingKeyIsNamed) {
  CertificateFile file = written_and_read(two_keys());
  std::erase_if(file.certificates, [](const Certificate& c) { return c.key == Value("b"); });
  const Check check = verify(two_keys(), file);
  EXPECT_EQ(check.verdict, Word::error);
  EXPECT_NE(check.reason.find("1 of 2 keys have no certificate, key \"b\""), std::string::npos)
      << check.reason;
}

TEST(CertificateFile, AnOrderThatIsRefusedIsSaidWithTheReason) {
  CertificateFile file = written_and_read(two_keys());
  std::swap(file.certificates[0].order[0], file.certificates[0].order[1]);
  const Check check = verify(two_keys(), file);
  EXPECT_EQ(check.verdict, Word::error);
  EXPECT_NE(check.reason.find("is refused: operation"), std::string::npos) << check.reason;
}

TEST(CertificateFile, TwoOrdersOfOneKeyAreRefused) {
  CertificateFile file = written_and_read(two_keys());
  file.certificates.push_back(file.certificates.front());
  EXPECT_EQ(verify(two_keys(), file).verdict, Word::error);
}

TEST(CertificateFile, AHistoryWithNothingCompletedIsVacuous) {
  const History history = Script().info(0, "write", 1, Value(3)).history();
  const Check check = verify(history, written_and_read(history));
  EXPECT_EQ(check.verdict, Word::vacuous) << check.reason;
}

TEST(CertificateFile, DamagedTextIsAnErrorThatNamesTheFile) {
  const std::string text =
      certificates_json(two_keys(), default_model(), checked(two_keys()).certificates);
  for (const std::string& damaged :
       {std::string(), std::string("[]"), std::string("{\"version\":1}"),
        text.substr(0, text.size() / 2), std::string("{\"version\":2}")}) {
    const auto file = read_certificates(damaged, "x/certificate.json");
    ASSERT_FALSE(file.has_value()) << damaged;
    EXPECT_NE(file.error().text().find("x/certificate.json"), std::string::npos);
  }
  std::string unknown = text;
  unknown.replace(unknown.find("cas-register"), 12, "no-such-kind");
  const auto file = read_certificates(unknown, "c");
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().text().find("no-such-kind"), std::string::npos);
}

}  // namespace
}  // namespace riptide::checker::testing
