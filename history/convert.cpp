#include "history/convert.hpp"

#include "history/edn_writer.hpp"
#include "history/recorder.hpp"
#include "history/source.hpp"

namespace riptide::history {
namespace {

constexpr std::size_t kPartBytes = std::size_t{1} << 20;

class Converter {
 public:
  Converter(Format to, const TextSink& sink) : to_(to), sink_(sink) {}

  Result<void> take(Event& event, std::uint64_t line, const Preface& preface,
                    const std::string& name) {
    if (!begun_) begin(preface);
    ++events_;
    if (to_ == Format::edn) {
      if (auto written = append_edn(event, text_); !written) {
        return fail(name + ":" + std::to_string(line) + ": " + written.error().what())
            .fix(written.error().fix());
      }
    } else {
      append_json(event, text_);
    }
    text_ += '\n';
    return text_.size() < kPartBytes ? Result<void>() : flush();
  }

  Result<Conversion> finish(const Preface& preface) {
    if (!begun_) begin(preface);
    if (auto flushed = flush(); !flushed) return flushed.error();
    return Conversion{preface.format, events_, preface.warnings};
  }

 private:
  void begin(const Preface& preface) {
    begun_ = true;
    Header header = preface.header;
    if (!preface.own_times) set_source(header, preface.format);
    text_ = (to_ == Format::edn ? header_edn(header) : header_json(header)) + "\n";
  }

  Result<void> flush() {
    auto written = sink_(text_);
    text_.clear();
    return written;
  }

  const Format to_;
  const TextSink& sink_;
  std::string text_;
  std::uint64_t events_ = 0;
  bool begun_ = false;
};

Result<Conversion> finish(Converter& converter, const Result<Preface>& preface) {
  if (!preface) return preface.error();
  return converter.finish(*preface);
}

EventReader reader_of(Format from, const ReadLimits& limits) {
  EventReader reader;
  reader.format = from;
  reader.whole_edn = true;
  reader.limits = limits;
  return reader;
}

}  // namespace

Result<Conversion> convert_history(const std::filesystem::path& path, Format from, Format to,
                                   const TextSink& sink, const ReadLimits& limits) {
  Converter converter(to, sink);
  return finish(converter,
                reader_of(from, limits)
                    .read(path, [&](Event& event, std::uint64_t line, const Preface& preface) {
                      return converter.take(event, line, preface, path.string());
                    }));
}

Result<Conversion> convert_text(std::string_view text, std::string_view name, Format from,
                                Format to, const TextSink& sink) {
  Converter converter(to, sink);
  return finish(converter,
                reader_of(from, {}).parse(
                    text, name, [&](Event& event, std::uint64_t line, const Preface& preface) {
                      return converter.take(event, line, preface, std::string(name));
                    }));
}

}  // namespace riptide::history
