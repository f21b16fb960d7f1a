"""Facts about what a spec cannot ask for yet. Whoever adds the field moves its facts into a table of refusals."""

from __future__ import annotations

UNCHECKED: dict[str, str] = {
    "c2-13": 'A password of your own has 8 to 41 printable characters, without / " @.',
    "c2-14": "A managed password goes with no other, no replica, no member of a global database.",
    "c3-3": "Serverless v1 refuses two subnets in one zone.",
    "c4-6": "An upgrade goes to a version that the running one lists.",
    "c4-13": "Whether class, version and Region go together is asked of the API.",
    "c5-7": "The last instance of a replica cluster stays until it is promoted.",
    "c7-1": "AWS makes no new Serverless v1 clusters.",
    "c7-2": "ACUs of Serverless v1, MySQL.",
    "c7-3": "ACUs of Serverless v1, PostgreSQL.",
    "c7-4": "Pause of Serverless v1.",
    "c7-5": "Timeout of Serverless v1.",
    "c7-6": "What Serverless v1 has not.",
    "c7-7": "The way out of Serverless v1.",
    "c8-14": "A restore to a point in time has one time.",
    "c8-15": "A copy-on-write clone takes no time, and stays in its Region.",
    "c8-16": "A restore takes no master user.",
    "c8-17": "Performance Insights is set after a restore.",
    "c10-10": "The provider does not turn the Data API on for a restored cluster.",
    "c10-11": "A cluster has 5 roles, each once.",
    "c11-3": "The parameter group of instances goes with a major upgrade.",
    "c11-4": "An upgrade is an outage of the whole cluster.",
    "c11-5": "A cluster stops for 7 days at most.",
    "c11-6": "Blue/green deployments take 30 to 3600 s to switch over.",
    "c11-8": "A rename changes the endpoints.",
    "c11-9": "An activity stream in mode sync is for PostgreSQL.",
    "c12-5": "A cluster has 5 roles.",
    "c12-9": "20 proxies.",
}
