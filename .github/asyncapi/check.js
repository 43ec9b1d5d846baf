// Reads an AsyncAPI document with the reference parser; prints what it finds, and fails when any of it is an error.
const fs = require("fs");
const { Parser, DiagnosticSeverity } = require("@asyncapi/parser");

async function main(path) {
  const { document, diagnostics } = await new Parser().parse(fs.readFileSync(path, "utf8"));
  for (const { severity, message, path: place } of diagnostics) {
    console.log(`${DiagnosticSeverity?.[severity] ?? severity} at ${place.join(".")}: ${message}`);
  }
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  if (!document || errors.length > 0) process.exit(1);
}

main(process.argv[2]);
