"""The loop of loop.star by CPython: prints `loop ms N`, the best of five."""
import time


def run():
    for i in range(10000000):
        pass


best = 1e9
for _ in range(5):
    start = time.perf_counter()
    run()
    best = min(best, time.perf_counter() - start)
print(f"loop ms {best * 1000:.3f}")
