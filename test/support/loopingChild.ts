import '../../src/io/endWithOwner';

// A child process whose event loop never comes round again: in a loop, as of a template, or in a call that blocks, as of
// a native library.

process.on('message', ({ how }: { how: string }) => {
  process.send!('at work', undefined, {}, () => {
    if (how === 'blocked') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    for (;;);
  });
});
