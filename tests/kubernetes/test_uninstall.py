"""The end of the release. The last module by its name: what comes after it finds nothing."""

from tests.kubernetes.books import Books
from tests.kubernetes.cluster import run
from tests.kubernetes.customer import Customer
from tests.kubernetes.release import Release
from tests.support.waiting import until

GONE_SECONDS = 180.0
MEASURED = {"events", "events.events.k8s.io", "pods.metrics.k8s.io"}
"""Kinds that are not of the release, but tell of it for a while."""
ALWAYS = {"configmap/kube-root-ca.crt", "serviceaccount/default"}


def test_it_is_removed_without_a_trace(release: Release, customer: Customer, books: Books) -> None:
    customer.sees_confirmed(customer.place())
    books.close()
    release.uninstall()
    kinds = release.namespace.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()
    asked = ",".join(kind for kind in kinds if kind not in MEASURED)

    def left() -> list[str]:
        found = release.namespace.kubectl("get", asked, "--output=name", "--ignore-not-found").split()
        return [each for each in found if each not in ALWAYS]

    until(lambda: not left(), "everything to be gone", GONE_SECONDS, look_seconds=1)
    volumes = run("kubectl", "get", "persistentvolumes", "--output=jsonpath={.items[*].spec.claimRef.namespace}")
    assert release.namespace.name not in volumes.split()
