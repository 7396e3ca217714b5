"""Makes the bucket and its rules, as often as it is asked: what is there already is left, or brought up to date."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from servicekit.objects.ports import Objects, ObjectsRefusedError
from servicekit.objects.s3 import S3Objects

OURS = "trunkline-"
"""How the ids of our lifecycle rules begin; others are the operator's, and are kept."""

REST_DAYS = 1


def days_of(rules: list[str]) -> dict[str, int]:
    """Return prefix to days from texts `tenant/prefix=days`.  Raises ValueError for another text."""
    days = {}
    for rule in rules:
        prefix, separator, number = rule.rpartition("=")
        if not separator or "/" not in prefix.strip("/") or not number.isdigit() or int(number) < 1:
            raise ValueError(f"{rule} is no rule; it should be: tenant/prefix=days, such as acme/exports=30")
        days[prefix.strip("/") + "/"] = int(number)
    return days


async def set_up_bucket(objects: Objects, expiry_days: Mapping[str, int]) -> list[str]:
    """Return what was found or done, a line each.  Raises ObjectError, ValueError for what is no S3."""
    if not isinstance(objects, S3Objects):
        raise ValueError("only a bucket of S3 is set up")
    # Through the adapter's own threads, so that failures come in the port's words.
    return await objects.run(_set_up, objects, expiry_days)


def _set_up(objects: S3Objects, expiry_days: Mapping[str, int]) -> list[str]:
    bucket = objects.address.bucket
    lines = [_make(objects, bucket), _check_lock(objects, bucket)]
    client, where = objects.client, {"Bucket": bucket}
    client.put_bucket_encryption(**where, ServerSideEncryptionConfiguration=_encryption(objects))
    lines.append("encrypts by default")
    closed = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    try:
        client.put_public_access_block(**where, PublicAccessBlockConfiguration=closed)
        lines.append("blocks public access")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 501:
            raise
        lines.append("can not be told to block public access (this store knows no such rule)")
    rules = [*_others(objects, bucket), *_rules(objects, expiry_days)]
    client.put_bucket_lifecycle_configuration(**where, LifecycleConfiguration={"Rules": rules})
    return [*lines, f"has {len(rules)} lifecycle rules"]


def _make(objects: S3Objects, bucket: str) -> str:
    try:
        objects.client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        # us-east-1 is the one region that may not be named.
        region = objects.client.meta.region_name
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        objects.client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, **place)
        return f"bucket {bucket} made"
    return f"bucket {bucket} was there"


def _check_lock(objects: S3Objects, bucket: str) -> str:
    try:
        objects.client.get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 404):
            raise
        text = f"bucket {bucket} has no object lock, without which nothing can be held: take a new bucket"
        raise ObjectsRefusedError(text) from error
    return "locks objects"


def _encryption(objects: S3Objects) -> dict[str, Any]:
    address = objects.address
    algorithm = "AES256" if address.sse == "none" else address.sse
    rule = {"SSEAlgorithm": algorithm}
    if address.kms_key and "{" not in address.kms_key:
        rule["KMSMasterKeyID"] = address.kms_key
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}


def _rules(objects: S3Objects, expiry_days: Mapping[str, int]) -> list[dict[str, Any]]:
    prefix = f"{objects.address.prefix}/" if objects.address.prefix else ""
    rest = {
        "ID": f"{OURS}rests",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": REST_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": REST_DAYS},
    }
    expiring = [
        {
            "ID": f"{OURS}expire-{under.strip('/').replace('/', '-')}",
            "Status": "Enabled",
            "Filter": {"Prefix": prefix + under},
            "Expiration": {"Days": days},
        }
        for under, days in sorted(expiry_days.items())
    ]
    return [rest, *expiring]


def _others(objects: S3Objects, bucket: str) -> list[dict[str, Any]]:
    try:
        found = objects.client.get_bucket_lifecycle_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return []
    return [rule for rule in found["Rules"] if not rule.get("ID", "").startswith(OURS)]
