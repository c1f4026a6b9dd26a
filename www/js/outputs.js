// The outputs of one run: filled from Rust, read by `for await`. Several readers each see everything.
export class Outputs {
  #items = [];
  #ended = false;
  #wake = () => {};
  #more = new Promise((resolve) => (this.#wake = resolve));

  push(output) {
    this.#items.push(output);
    this.#signal();
  }

  end() {
    this.#ended = true;
    this.#signal();
  }

  #signal() {
    const wake = this.#wake;
    this.#more = new Promise((resolve) => (this.#wake = resolve));
    wake();
  }

  async *[Symbol.asyncIterator]() {
    for (let at = 0; ; at++) {
      while (at >= this.#items.length) {
        if (this.#ended) return;
        await this.#more;
      }
      yield this.#items[at];
    }
  }
}
