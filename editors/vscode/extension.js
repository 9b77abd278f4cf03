"use strict";
// Starts `pscc lsp` for .psp files. The colours need no code.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  if (!vscode.workspace.isTrusted) return;
  const command = vscode.workspace.getConfiguration("pscc").get("path");
  client = new LanguageClient(
    "pscc",
    "pscc",
    { command, args: ["lsp"] },
    { documentSelector: [{ scheme: "file", language: "psp" }] },
  );
  await client.start().catch(() => {
    client = undefined;
    vscode.window.showErrorMessage(
      `Install the language server with: pip install 'pscc-compiler[lsp]'. "${command} lsp" does not start.`,
    );
  });
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("pscc.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("pscc.path") && restart()),
    vscode.workspace.onDidGrantWorkspaceTrust(start),
  );
  return start();
}

module.exports = { activate, deactivate: stop };
