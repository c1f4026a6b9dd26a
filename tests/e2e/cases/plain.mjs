//! The example of a page that is not ours: a few lines of JavaScript start a kernel.

export const cases = {
  async "the plain page prints 42"(kit) {
    const [site, page] = [await kit.site(), await kit.page()];
    await page.goto(`${site.origin}/examples/plain/`);
    await page.getByText(/\b42\b/).first().waitFor();
  },
};
