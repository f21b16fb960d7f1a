# calls.sh NAME: as calls of the AWS CLI ($AWS), with the Region and the keys of the environment.
set -euo pipefail
name=$1 group=$1-aurora-postgresql17
call() { "$AWS" "$@" --output text; }

vpc=$(call ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId)
call ec2 modify-vpc-attribute --vpc-id "$vpc" --enable-dns-hostnames
table=$(call ec2 create-route-table --vpc-id "$vpc" --query RouteTable.RouteTableId)
subnets=()
for zone in a b; do
  subnet=$(call ec2 create-subnet --vpc-id "$vpc" --cidr-block "10.0.${#subnets[@]}.0/24" \
    --availability-zone "$AWS_REGION$zone" --query Subnet.SubnetId)
  call ec2 associate-route-table --subnet-id "$subnet" --route-table-id "$table"
  subnets+=("$subnet")
done
call rds create-db-subnet-group --db-subnet-group-name "$name" --db-subnet-group-description database --subnet-ids "${subnets[@]}"
firewall=$(call ec2 create-security-group --group-name "$name" --description database --vpc-id "$vpc" --query GroupId)
call ec2 revoke-security-group-egress --group-id "$firewall" --protocol all --cidr 0.0.0.0/0
call rds create-db-cluster-parameter-group --db-cluster-parameter-group-name "$group" \
  --db-parameter-group-family aurora-postgresql17 --description cluster
call rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name "$group" \
  --parameters ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=pending-reboot
call rds create-db-parameter-group --db-parameter-group-name "$group" --db-parameter-group-family aurora-postgresql17 \
  --description instances
call logs create-log-group --log-group-name "/aws/rds/cluster/$name/postgresql"
call logs put-retention-policy --log-group-name "/aws/rds/cluster/$name/postgresql" --retention-in-days 7
call rds create-db-cluster --db-cluster-identifier "$name" --engine aurora-postgresql --engine-version 17.7 \
  --master-username postgres --manage-master-user-password --enable-iam-database-authentication \
  --db-subnet-group-name "$name" --vpc-security-group-ids "$firewall" --db-cluster-parameter-group-name "$group" \
  --enable-cloudwatch-logs-exports postgresql --storage-encrypted --copy-tags-to-snapshot --deletion-protection
call rds wait db-cluster-available --db-cluster-identifier "$name"
for number in 0 1 2; do
  call rds create-db-instance --db-instance-identifier "$name-$number" --db-cluster-identifier "$name" \
    --engine aurora-postgresql --db-instance-class db.t4g.medium --db-parameter-group-name "$group" \
    --promotion-tier "$number" --no-auto-minor-version-upgrade
done
for number in 0 1 2; do
  call rds wait db-instance-available --db-instance-identifier "$name-$number"
done
