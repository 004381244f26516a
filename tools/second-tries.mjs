/**
 * A reporter for tests that drive a browser, where a failed one is tried once more: what passed only
 * then is told by name at the end, so that nobody takes it for reliable.
 */
export default class SecondTries {
  #names = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) this.#names.push(test.fullName);
  }

  onTestRunEnd() {
    for (const name of this.#names) {
      process.stdout.write(`passed only at the second try: ${name}\n`);
    }
  }
}
