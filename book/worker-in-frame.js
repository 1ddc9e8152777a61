// Pages that are opened from the disk may start no workers, which the search needs: a hidden frame
// runs the script instead. Served pages have real workers.
if (location.protocol === "file:") {
  // As between a page and a worker: the receiver has a copy, and receives it later.
  const deliver = (data, receive) => {
    const copy = structuredClone(data);
    setTimeout(() => receive(copy));
  };

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.srcdoc = "<!doctype html><title>worker</title>";
      this.frame.onload = () => this.start(new URL(url, document.baseURI));
      document.documentElement.append(this.frame);
    }

    start(url) {
      const inner = this.frame.contentWindow;
      const { document } = inner;
      const load = (address) =>
        new Promise((resolve, reject) => {
          const script = document.createElement("script");
          script.src = new URL(address, url);
          script.onload = resolve;
          script.onerror = reject;
          document.head.append(script);
        });
      // In a frame, unlike in a worker, scripts are loaded without blocking: callers await them.
      inner.importScripts = (...addresses) =>
        addresses.reduce((previous, address) => previous.then(() => load(address)), Promise.resolve());
      inner.postMessage = (data) => {
        deliver(data, (copy) => {
          const event = new MessageEvent("message", { data: copy });
          this.dispatchEvent(event);
          if (this.onmessage) this.onmessage(event);
        });
      };
      load(url).then(() => {
        this.inner = inner;
        this.waiting.splice(0).forEach((data) => this.postMessage(data));
      });
    }

    postMessage(data) {
      if (!this.inner) {
        this.waiting.push(data);
        return;
      }
      const { inner } = this;
      deliver(data, (copy) => {
        inner.dispatchEvent(new inner.MessageEvent("message", { data: copy }));
      });
    }

    terminate() {
      this.frame.remove();
    }
  };
}
