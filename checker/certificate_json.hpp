// certificate.json: the proofs of "valid", written, read, and verified again by code that shares
// nothing with the search but the model (docs/formats.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/checker.hpp"

namespace riptide::checker {

/// Tells histories apart: how many operations there are, and the CRC-32C of all that a verdict can
/// depend on (process, function, key, values, times and outcome of each).
struct Fingerprint {
  std::uint64_t operations = 0;
  std::uint32_t crc32c = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
Fingerprint fingerprint(const history::History& history);

/// The orders of one history's parts, with the model, as it was chosen, which accepts them.
struct CertificateFile {
  Model model;
  Fingerprint history;
  std::vector<Certificate> certificates;
};

/// The text of certificate.json.
std::string certificates_json(const history::History& history, const Model& model,
                              const std::vector<Certificate>& certificates);

/// The inverse. An error, which calls the text `name`, when it is damaged, of another version, or
/// names a model that there is not.
Result<CertificateFile> read_certificates(std::string_view text, std::string_view name);

/// Validates every order against the history, through CertificateValidator alone. Valid when the
/// file is of this history and every part with completed operations has an order that is accepted;
/// error otherwise, with the first reason, because a refused proof says nothing about the history
/// itself. A history without completed operations is vacuous. The check is called "certificate".
Check verify(const history::History& history, const CertificateFile& file);

}  // namespace riptide::checker
